#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

void say(const char *format, ...) {
  char text[MESSAGE_SIZE];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  dprintf(STDERR_FILENO, "datamon-sidecar: %s\n", text);
}

int clear_of_stdio(int fd) {
  if (fd < 0 || fd > STDERR_FILENO) return fd;
  int moved = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  close(fd);
  return moved;
}

/* Blocks what can be passed on and returns a descriptor to read it from; faults of our own stay deadly. */
static int take_signals(struct origin *origin) {
  static const int own[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};
  sigset_t set;
  sigfillset(&set);
  for (size_t i = 0; i < sizeof own / sizeof *own; i++) sigdelset(&set, own[i]);
  sigprocmask(SIG_BLOCK, &set, &origin->mask);
  /* An inherited "ignore" would make the kernel reap our children behind our back. */
  struct sigaction keep = {.sa_handler = SIG_DFL};
  sigaction(SIGCHLD, &keep, &origin->on_child);
  sigdelset(&set, SIGPIPE); /* our own writes cause it */
  return clear_of_stdio(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
}

/* Ends as the brain did. */
static int end_like(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  int number = WTERMSIG(status);
  if (getpid() != 1) { /* the kernel spares PID 1 its own signals */
    struct sigaction deadly = {.sa_handler = SIG_DFL};
    sigset_t only;
    sigemptyset(&only);
    sigaddset(&only, number);
    sigaction(number, &deadly, NULL);
    prctl(PR_SET_DUMPABLE, 0); /* one core file is enough */
    kill(getpid(), number);
    sigprocmask(SIG_UNBLOCK, &only, NULL);
  }
  return 128 + number;
}

int main(int argc, char **argv, char **environment) {
  struct origin origin = {.argc = argc, .argv = argv, .environment = environment};
  int signals = take_signals(&origin);
  int ends[2];
  if (signals < 0 || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    say("cannot start: %s", strerror(errno));
    return EXIT_SYSTEM;
  }
  int control = clear_of_stdio(ends[0]), brain_end = clear_of_stdio(ends[1]);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  open_terminal();
  pid_t brain = start_brain(&origin, brain_end);
  if (brain < 0) return EXIT_SYSTEM;
  close(brain_end);
  return end_like(supervise(&origin, brain, signals, control));
}
