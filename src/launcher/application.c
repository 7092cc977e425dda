#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

/* In the child: everything as we found it, in a process group of its own that has the terminal. */
static void become_application(const struct origin *origin, pid_t launcher) {
  setpgid(0, 0);
  pass_terminal(getpgid(launcher), getpid());
  prctl(PR_SET_PDEATHSIG, SIGKILL); /* a launcher that is killed leaves nobody behind */
  if (getppid() != launcher) _exit(NOT_EXECUTABLE);
  sigaction(SIGCHLD, &origin->on_child, NULL);
  sigprocmask(SIG_SETMASK, &origin->mask, NULL);
}

pid_t start_application(const struct origin *origin, int index, char failure[MESSAGE_SIZE]) {
  int report[2]; /* closed by a successful exec, so that reading it ends with nothing */
  snprintf(failure, MESSAGE_SIZE, "%d no application is named", NOT_FOUND);
  if (index < 1 || index >= origin->argc) return -1;
  pid_t launcher = getpid(), application = -1;
  if (pipe2(report, O_CLOEXEC) == 0) application = fork();
  if (application < 0) {
    snprintf(failure, MESSAGE_SIZE, "%d it cannot be started: %s", NOT_EXECUTABLE, strerror(errno));
    return -1;
  }
  if (application == 0) {
    become_application(origin, launcher);
    execute(origin->argv + index, origin->environment, failure);
    _exit(write(report[1], failure, strlen(failure)) < 0 ? NOT_EXECUTABLE : NOT_FOUND);
  }
  close(report[1]);
  ssize_t length;
  while ((length = read(report[0], failure, MESSAGE_SIZE - 1)) < 0 && errno == EINTR) continue;
  close(report[0]);
  if (length <= 0) return application;
  failure[length] = '\0';
  for (char *byte = failure; *byte != '\0'; byte++) /* one line, whatever the name holds */
    if ((unsigned char)*byte < ' ') *byte = '?';
  waitpid(application, NULL, 0);
  pass_terminal(application, getpgrp());
  return -1;
}
