#include "launcher.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* The `lib` folder of the kit: beside the file that this process runs, whatever link led to it. */
static bool find_kit(char kit[PATH_MAX]) {
  char self[PATH_MAX];
  ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
  if (length < 0) {
    say("cannot find its own folder: /proc/self/exe: %s; mount /proc", strerror(errno));
    return false;
  }
  self[length] = '\0';
  *strrchr(self, '/') = '\0';
  if (snprintf(kit, PATH_MAX, "%s/lib", self) < PATH_MAX) return true;
  say("cannot start: the path of its folder is too long");
  return false;
}

/* Descriptors from 4 up were meant for the application; close_range(2) is missing before Linux 5.9. */
static void keep_descriptors_from_brain(void) {
  DIR *open_now = opendir("/proc/self/fd");
  if (open_now == NULL) return;
  for (struct dirent *entry; (entry = readdir(open_now)) != NULL;) {
    int fd = atoi(entry->d_name);
    if (fd > CONTROL_FD) fcntl(fd, F_SETFD, FD_CLOEXEC);
  }
  closedir(open_now);
}

/* Bun cannot start in a directory that was deleted or may not be entered: it gets `/`, and is told. */
static const char *leave_lost_directory(char text[PATH_MAX]) {
  if (getcwd(text, PATH_MAX) != NULL && access(".", R_OK | X_OK) == 0) return NULL;
  ssize_t length = readlink("/proc/self/cwd", text, PATH_MAX - 1);
  text[length < 0 ? 0 : length] = '\0';
  return chdir("/") == 0 ? text : NULL;
}

/* With the kit's own loader the image's C library, if it has one, is never touched. */
static void execute_brain(const struct origin *origin, const char *kit) {
  char loader[PATH_MAX + 32], program[PATH_MAX + 32], directory[PATH_MAX];
  snprintf(loader, sizeof loader, "%s/ld.so", kit);
  snprintf(program, sizeof program, "%s/datamon-sidecar.bun", kit);
  char **environment = brain_environment(origin->environment, leave_lost_directory(directory));
  char **argv = calloc((size_t)origin->argc + 8, sizeof *argv);
  if (environment == NULL || argv == NULL) {
    say("cannot start: %s", strerror(ENOMEM));
    return;
  }
  const char *name = origin->argc > 0 ? origin->argv[0] : "datamon-sidecar";
  bool own_loader = access(loader, F_OK) == 0;
  const char *with_loader[] = {loader, "--inhibit-cache", "--library-path", kit, "--argv0", name, program};
  int length = 0;
  if (own_loader)
    for (; length < 7; length++) argv[length] = (char *)with_loader[length];
  else
    argv[length++] = (char *)name;
  for (int i = 1; i < origin->argc; i++) argv[length++] = origin->argv[i];
  execve(own_loader ? loader : program, argv, environment);
  if (errno == ENOENT && access(program, F_OK) == 0)
    say("cannot start %s: this image has no GNU C library; copy the whole kit, which brings its own", program);
  else if (errno == ENOEXEC)
    say("cannot start %s: it is for another processor architecture; copy the kit for this one", program);
  else
    say("cannot start %s: %s; copy the whole kit, with its folder lib", program, strerror(errno));
}

pid_t start_brain(const struct origin *origin, int control) {
  char kit[PATH_MAX];
  if (!find_kit(kit)) return -1;
  pid_t launcher = getpid(), brain = fork();
  if (brain < 0) say("cannot start: fork: %s", strerror(errno));
  if (brain != 0) return brain;
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != launcher) _exit(EXIT_SYSTEM);
  setsid(); /* signals reach it through the launcher alone, so each of them once */
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
  if (control == CONTROL_FD) fcntl(control, F_SETFD, 0);
  else dup2(control, CONTROL_FD);
  keep_descriptors_from_brain();
  execute_brain(origin, kit);
  _exit(EXIT_SYSTEM);
}
