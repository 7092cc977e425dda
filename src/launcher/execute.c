#include "launcher.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char shell[] = "/bin/sh";
/* What execvp(3) takes when PATH is not set. */
static const char default_path[] = "/usr/local/bin:/bin:/usr/bin";

/* The beginning of a file as text; how many bytes it has, up to `size - 1`. */
static size_t read_beginning(const char *path, char *text, size_t size) {
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? 0 : read(fd, text, size - 1);
  if (fd >= 0) close(fd);
  text[length < 0 ? 0 : length] = '\0';
  return length < 0 ? 0 : (size_t)length;
}

/* Says in words why the file `path`, which is there, did not start with `error`. */
static void explain(const char *path, int error, char failure[MESSAGE_SIZE]) {
  char start[256], detail[300];
  size_t length = read_beginning(path, start, sizeof start);
  bool script = strncmp(start, "#!", 2) == 0, elf = length >= 4 && memcmp(start, "\177ELF", 4) == 0;
  struct stat status;
  const char *why = strerror(error);
  if (stat(path, &status) != 0) {
    why = errno == ENOENT ? "it is a link to a file that does not exist" : strerror(errno);
  } else if (S_ISDIR(status.st_mode)) {
    why = "it is a folder";
  } else if (error == ENOENT && script) {
    char *interpreter = start + 2 + strspn(start + 2, " \t");
    interpreter[strcspn(interpreter, " \t\r\n")] = '\0';
    snprintf(detail, sizeof detail, "its interpreter \"%s\" does not exist", interpreter);
    why = detail;
  } else if (error == ENOENT) {
    why = "its dynamic loader does not exist in this image: it was built for another C library";
  } else if (error == EACCES && access(path, X_OK) != 0) {
    snprintf(detail, sizeof detail, "permission denied, its mode is %04o", (unsigned)status.st_mode & 07777u);
    why = detail;
  } else if (error == EACCES) {
    why = "permission denied: its interpreter is not executable, or it lies on a volume mounted noexec";
  } else if (error == ENOEXEC) {
    why = elf ? "it is a program for another processor architecture, or damaged"
              : "it is neither a program nor a script";
  }
  snprintf(failure, MESSAGE_SIZE, "%d \"%s\" cannot be executed: %s", NOT_EXECUTABLE, path, why);
}

/* A script without `#!` is for the shell, as POSIX has it for every command a shell runs. */
static void execute_by_shell(const char *path, char **argv, char **environment, char failure[MESSAGE_SIZE]) {
  char start[512];
  size_t length = read_beginning(path, start, sizeof start), count = 0;
  while (argv[count] != NULL) count++;
  char **with_shell = calloc(count + 2, sizeof *with_shell);
  bool text = strlen(start) == length && strncmp(start, "\177ELF", 4) != 0;
  if (!text || with_shell == NULL) {
    explain(path, text ? ENOMEM : ENOEXEC, failure);
    return;
  }
  with_shell[0] = (char *)shell;
  with_shell[1] = (char *)path;
  memcpy(with_shell + 2, argv + 1, count * sizeof *argv);
  execve(shell, with_shell, environment);
  snprintf(failure, MESSAGE_SIZE, "%d \"%s\" cannot be executed: it has no #! line, and the shell %s: %s",
           NOT_EXECUTABLE, path, shell, strerror(errno));
}

/* One candidate. False when there is no such file, so that the search goes on. */
static bool try(const char *path, char **argv, char **environment, char failure[MESSAGE_SIZE]) {
  execve(path, argv, environment);
  int error = errno;
  struct stat status;
  if ((error == ENOENT || error == ENOTDIR) && lstat(path, &status) != 0) return false;
  if (error == ENOEXEC) execute_by_shell(path, argv, environment, failure);
  else explain(path, error, failure);
  return true;
}

static const char *value_of(const char *name, char **environment) {
  size_t length = strlen(name);
  for (; *environment != NULL; environment++)
    if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=') return *environment + length + 1;
  return NULL;
}

void execute(char **argv, char **environment, char failure[MESSAGE_SIZE]) {
  const char *name = argv[0], *path = value_of("PATH", environment);
  if (path == NULL) path = default_path;
  if (strchr(name, '/') != NULL) {
    if (!try(name, argv, environment, failure))
      snprintf(failure, MESSAGE_SIZE, "%d \"%s\" does not exist", NOT_FOUND, name);
    return;
  }
  snprintf(failure, MESSAGE_SIZE, "%d \"%s\" was not found in PATH (%s)", NOT_FOUND, name, path);
  if (*name == '\0') return;
  for (const char *folder = path;; folder++) {
    size_t length = strcspn(folder, ":");
    char candidate[PATH_MAX];
    /* An empty element is the working directory. */
    int size = snprintf(candidate, sizeof candidate, "%.*s%s%s", (int)length, folder, length > 0 ? "/" : "./", name);
    struct stat status;
    /* What may not be executed is passed over, but told of when nothing better comes. */
    if (size < PATH_MAX && stat(candidate, &status) == 0 && !S_ISDIR(status.st_mode) &&
        try(candidate, argv, environment, failure) && access(candidate, X_OK) == 0)
      return;
    folder += length;
    if (*folder == '\0') return;
  }
}
