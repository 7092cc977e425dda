#include "launcher.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const struct origin *origin;
static int control;            /* our end of the control socket */
static pid_t brain;            /* 0 once it has ended */
static pid_t application;      /* 0 while it does not run; leads its process group */
static int brain_status;
static bool asked_to_end;      /* the application was sent TERM or KILL */
static long long kill_at;      /* monotonic milliseconds; 0 for never */

static long long now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

static void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void tell(const char *format, ...) {
  char line[MESSAGE_SIZE + 16];
  va_list arguments;
  va_start(arguments, format);
  int length = vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  send(control, line, (size_t)length, MSG_NOSIGNAL);
}

/* Only we reap the application: until we have, its number belongs to nobody else. */
static void signal_application(int number) {
  if (application == 0) return;
  if (number == SIGTERM || number == SIGKILL) asked_to_end = true;
  kill(-application, number);
}

static void start(int index) {
  char failure[MESSAGE_SIZE];
  if (application != 0) return;
  pid_t started = start_application(origin, index, failure);
  if (started < 0) {
    tell("failed %s\n", failure);
    return;
  }
  application = started;
  tell("started %d\n", (int)started);
}

/* Messages of the brain may arrive in pieces. */
static void read_control(struct pollfd *source) {
  static char buffer[MESSAGE_SIZE];
  static size_t filled;
  ssize_t length = recv(control, buffer + filled, sizeof buffer - 1 - filled, MSG_DONTWAIT);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (length <= 0) {
    source->fd = -1; /* the brain is about to end: SIGCHLD will say so */
    return;
  }
  filled += (size_t)length;
  buffer[filled] = '\0';
  char *line = buffer, *end;
  for (; (end = strchr(line, '\n')) != NULL; line = end + 1) {
    if (strncmp(line, "start ", 6) == 0) start(atoi(line + 6));
    if (strncmp(line, "signal ", 7) == 0) signal_application(atoi(line + 7));
  }
  filled -= (size_t)(line - buffer);
  memmove(buffer, line, filled);
}

/*
 * Ctrl-Z has stopped the application, or us while we have the terminal: the shell that started us must see
 * us stopped, or it would never prompt again. Where nobody could wake us (PID 1, an orphaned process group)
 * the kernel ignores the signal and all goes on at once. The brain keeps its heartbeat unless it works alone.
 */
static void suspend(void) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  if (application == 0 && brain != 0) kill(brain, SIGSTOP);
  if (application != 0) pass_terminal(application, getpgrp());
  raise(SIGTSTP);
  sigprocmask(SIG_UNBLOCK, &stop, NULL); /* stops here */
  sigprocmask(SIG_BLOCK, &stop, NULL);
  if (application == 0 && brain != 0) kill(brain, SIGCONT);
  if (application == 0) return;
  pass_terminal(getpgrp(), application);
  kill(-application, SIGCONT);
}

/* A brain that ends while the application runs leaves nobody who knows what it is for. */
static void brain_ended(int status) {
  int number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
  bool asked = number == 0 || number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGQUIT;
  brain = 0;
  brain_status = status;
  if (!asked || application != 0)
    say("its own process %s %d%s", number == 0 ? "ended with code" : "was ended by signal",
        number == 0 ? WEXITSTATUS(status) : number, application == 0 ? "" : "; stopping the application");
  if (application == 0) return;
  signal_application(SIGTERM);
  kill(-application, SIGCONT); /* a stopped process does not hear TERM */
  kill_at = now_ms() + GRACE_MS;
}

static void application_ended(const siginfo_t *child) {
  /* Asked to end, it takes its group along; not reaped yet, the group's number is still its own. */
  if (asked_to_end) kill(-application, SIGKILL);
  pass_terminal(application, getpgrp());
  application = 0;
  if (child->si_code == CLD_EXITED) tell("exited %d\n", child->si_status);
  else tell("killed %d\n", child->si_status);
}

/* Every child that ended, ours or an orphan; one SIGCHLD may stand for many. */
static void reap(void) {
  for (;;) {
    siginfo_t child = {0};
    if (waitid(P_ALL, 0, &child, WEXITED | WSTOPPED | WNOHANG | WNOWAIT) != 0 || child.si_pid == 0) return;
    bool stopped = child.si_code == CLD_STOPPED;
    bool by_terminal = child.si_status == SIGTSTP || child.si_status == SIGTTIN || child.si_status == SIGTTOU;
    if (child.si_pid == application && !stopped) application_ended(&child);
    int status;
    waitpid(child.si_pid, &status, WUNTRACED);
    if (stopped && by_terminal && child.si_pid == application) suspend();
    if (!stopped && child.si_pid == brain) brain_ended(status);
  }
}

/*
 * What asks to end goes to the brain, which decides; the rest is for the application, as if it had been
 * started directly. What was ignored when we were started (nohup) stays ignored.
 */
static void pass_on(int number) {
  struct sigaction inherited;
  if (number == SIGCHLD) {
    reap();
    return;
  }
  if (sigaction(number, NULL, &inherited) == 0 && inherited.sa_handler == SIG_IGN) return;
  switch (number) {
  case SIGTERM: case SIGINT: case SIGHUP: case SIGQUIT:
    if (brain != 0) kill(brain, number);
    break;
  case SIGTSTP:
    if (application == 0) suspend();
    else kill(-application, SIGTSTP);
    break;
  case SIGCONT:
    if (application == 0) break;
    pass_terminal(getpgrp(), application); /* a shell's `fg` */
    kill(-application, SIGCONT);
    break;
  case SIGTTIN: case SIGTTOU:
    break;
  default:
    if (application != 0) kill(application, number);
  }
}

int supervise(const struct origin *started_with, pid_t started_brain, int signals, int control_end) {
  origin = started_with;
  brain = started_brain;
  control = control_end;
  struct pollfd sources[] = {{.fd = control, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
  while (brain != 0 || application != 0) {
    long long left = kill_at == 0 ? -1 : kill_at - now_ms();
    int ready = poll(sources, 2, left < 0 && kill_at != 0 ? 0 : (int)left);
    if (ready == 0) {
      signal_application(SIGKILL);
      kill_at = 0;
    }
    if (ready > 0 && sources[0].revents != 0) read_control(&sources[0]);
    struct signalfd_siginfo received;
    while (read(signals, &received, sizeof received) == sizeof received) pass_on((int)received.ssi_signo);
  }
  return brain_status;
}
