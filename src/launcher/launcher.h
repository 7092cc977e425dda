/*
 * The launcher is what `datamon-sidecar` and its other names are: a small static program that runs in any
 * image. It starts the brain (the Bun executable in `lib/` beside it) and, when the brain asks, the
 * application. It stays the parent of both, so that everything the application is to inherit (arguments,
 * environment, limits, signal mask, descriptors, terminal) has never left the kernel's own bookkeeping.
 *
 *     whoever started us
 *      └─ launcher          PID 1 in a container, else a subreaper: reaps orphans, passes signals on
 *          ├─ brain         session of its own; decides; control socket at descriptor 3
 *          └─ application   process group of its own; has the terminal while it runs
 *
 * Control socket, one line a message:
 *     brain    -> launcher   start INDEX      run argv[INDEX...] as the application, once
 *                            signal NUMBER    to the application's process group
 *     launcher -> brain      started PID
 *                            failed CODE WHY  126 or 127, and the reason in words
 *                            exited CODE
 *                            killed SIGNAL
 */
#ifndef LAUNCHER_H
#define LAUNCHER_H

#define _GNU_SOURCE
#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

enum {
  CONTROL_FD = 3,             /* the brain's end of the control socket */
  EXIT_SYSTEM = 71,           /* sysexits(3) EX_OSERR */
  NOT_EXECUTABLE = 126,       /* as shells have it */
  NOT_FOUND = 127,
  GRACE_MS = 10000,           /* TERM to KILL when the brain is lost */
  MESSAGE_SIZE = 1024,        /* longest line on the control socket */
};

/* What we were started with. */
struct origin {
  int argc;
  char **argv;
  char **environment;
  sigset_t mask;
  struct sigaction on_child;  /* the one disposition that we change */
};

/* main.c: one line on standard error, begun with our name. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* main.c: `fd`, moved out of 0..2 with close-on-exec: one of those may have been closed on purpose. */
int clear_of_stdio(int fd);

/* environment.c: the brain's environment; NULL without memory. `lost_directory` may be NULL. */
char **brain_environment(char **original, const char *lost_directory);

/* brain.c: starts the brain of the kit that this executable belongs to. The process id, or -1 after a word. */
pid_t start_brain(const struct origin *origin, int control);

/* application.c: starts argv[index...]. The process id, or -1 and in `failure` "CODE WHY". */
pid_t start_application(const struct origin *origin, int index, char failure[MESSAGE_SIZE]);

/* execute.c: replaces this process like execvpe(3), or returns with "CODE WHY" in `failure`. */
void execute(char **argv, char **environment, char failure[MESSAGE_SIZE]);

/* terminal.c: hands the controlling terminal, when there is one, from one process group to another. */
void open_terminal(void);
void pass_terminal(pid_t from_group, pid_t to_group);

/* supervise.c: serves both children until the brain has ended; its wait status. */
int supervise(const struct origin *origin, pid_t brain, int signals, int control);

#endif
