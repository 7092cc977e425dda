/*
 * A disk that fails when it is told to: `faulty-disk CONTROL FOLDER [fuse options]` mounts FOLDER over itself and
 * passes every operation on to what lies below, until CONTROL, a file of two native 32-bit numbers, says otherwise:
 *
 *     0   milliseconds that every operation takes longer
 *     1   kinds of operations that fail with EIO, as the sum of enum kind
 *
 * CONTROL is mapped, so that what is written there holds from the next operation on. It must lie outside FOLDER.
 */
#define _GNU_SOURCE
#define FUSE_USE_VERSION 31
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

enum kind { LOOK = 1, READ = 2, WRITE = 4, SYNC = 8, NAME = 16 };

static int below; /* what FOLDER was before the mount */
static const volatile unsigned *control;

/* The rest of the operation is worth doing only when this is 0. */
static int strike(enum kind kind) {
  unsigned delay = control[0];
  struct timespec pause = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000L};
  if (delay > 0) nanosleep(&pause, NULL);
  return (control[1] & kind) != 0 ? -EIO : 0;
}

static const char *at(const char *path) { return path[1] == '\0' ? "." : path + 1; }
static int result(int returned) { return returned < 0 ? -errno : 0; }

/* What was made belongs to whoever asked for it, not to this process. */
static int give(const char *path, int returned) {
  const struct fuse_context *asked = fuse_get_context();
  if (returned < 0) return -errno;
  return result(fchownat(below, at(path), asked->uid, asked->gid, AT_SYMLINK_NOFOLLOW));
}

#define STRIKE(kind)                \
  do {                              \
    int struck = strike(kind);      \
    if (struck != 0) return struck; \
  } while (0)

static int do_getattr(const char *path, struct stat *status, struct fuse_file_info *file) {
  STRIKE(LOOK);
  if (file != NULL) return result(fstat((int)file->fh, status));
  return result(fstatat(below, at(path), status, AT_SYMLINK_NOFOLLOW));
}

static int do_readlink(const char *path, char *target, size_t size) {
  STRIKE(LOOK);
  ssize_t length = readlinkat(below, at(path), target, size - 1);
  if (length < 0) return -errno;
  target[length] = '\0';
  return 0;
}

static int do_opendir(const char *path, struct fuse_file_info *file) {
  STRIKE(LOOK);
  int fd = openat(below, at(path), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  DIR *folder = fd < 0 ? NULL : fdopendir(fd);
  file->fh = (uintptr_t)folder;
  return folder == NULL ? -errno : 0;
}

static int do_readdir(const char *path, void *entries, fuse_fill_dir_t fill, off_t offset,
                      struct fuse_file_info *file, enum fuse_readdir_flags flags) {
  (void)path, (void)offset, (void)flags;
  STRIKE(LOOK);
  DIR *folder = (DIR *)(uintptr_t)file->fh;
  rewinddir(folder);
  for (struct dirent *entry; (entry = readdir(folder)) != NULL;) fill(entries, entry->d_name, NULL, 0, 0);
  return 0;
}

static int do_releasedir(const char *path, struct fuse_file_info *file) {
  (void)path;
  return result(closedir((DIR *)(uintptr_t)file->fh));
}

static int do_statfs(const char *path, struct statvfs *status) {
  (void)path;
  STRIKE(LOOK);
  return result(fstatvfs(below, status));
}

static int do_mknod(const char *path, mode_t mode, dev_t device) {
  STRIKE(NAME);
  return give(path, mknodat(below, at(path), mode, device));
}

static int do_mkdir(const char *path, mode_t mode) {
  STRIKE(NAME);
  return give(path, mkdirat(below, at(path), mode));
}

static int do_symlink(const char *target, const char *path) {
  STRIKE(NAME);
  return give(path, symlinkat(target, below, at(path)));
}

static int do_link(const char *from, const char *to) {
  STRIKE(NAME);
  return result(linkat(below, at(from), below, at(to), 0));
}

static int do_unlink(const char *path) {
  STRIKE(NAME);
  return result(unlinkat(below, at(path), 0));
}

static int do_rmdir(const char *path) {
  STRIKE(NAME);
  return result(unlinkat(below, at(path), AT_REMOVEDIR));
}

static int do_rename(const char *from, const char *to, unsigned flags) {
  STRIKE(NAME);
  return result(renameat2(below, at(from), below, at(to), flags));
}

static int do_chmod(const char *path, mode_t mode, struct fuse_file_info *file) {
  STRIKE(NAME);
  return result(file != NULL ? fchmod((int)file->fh, mode) : fchmodat(below, at(path), mode, 0));
}

static int do_chown(const char *path, uid_t user, gid_t group, struct fuse_file_info *file) {
  STRIKE(NAME);
  if (file != NULL) return result(fchown((int)file->fh, user, group));
  return result(fchownat(below, at(path), user, group, AT_SYMLINK_NOFOLLOW));
}

static int do_utimens(const char *path, const struct timespec times[2], struct fuse_file_info *file) {
  STRIKE(NAME);
  if (file != NULL) return result(futimens((int)file->fh, times));
  return result(utimensat(below, at(path), times, AT_SYMLINK_NOFOLLOW));
}

static int keep(int fd, struct fuse_file_info *file) {
  if (fd < 0) return -errno;
  file->fh = (unsigned)fd;
  return 0;
}

/* The kernel itself follows links: none is left for us, not even one planted in between. */
static int do_open(const char *path, struct fuse_file_info *file) {
  STRIKE(LOOK);
  return keep(openat(below, at(path), file->flags | O_NOFOLLOW | O_CLOEXEC), file);
}

static int do_create(const char *path, mode_t mode, struct fuse_file_info *file) {
  STRIKE(NAME);
  int kept = keep(openat(below, at(path), file->flags | O_CREAT | O_NOFOLLOW | O_CLOEXEC, mode), file);
  return kept < 0 ? kept : give(path, 0);
}

static int do_truncate(const char *path, off_t size, struct fuse_file_info *file) {
  STRIKE(WRITE);
  if (file != NULL) return result(ftruncate((int)file->fh, size));
  int fd = openat(below, at(path), O_WRONLY | O_NOFOLLOW | O_CLOEXEC), returned = ftruncate(fd, size), why = errno;
  if (fd >= 0) close(fd);
  errno = why;
  return result(returned);
}

static int do_read(const char *path, char *bytes, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  STRIKE(READ);
  ssize_t length = pread((int)file->fh, bytes, size, offset);
  return length < 0 ? -errno : (int)length;
}

static int do_write(const char *path, const char *bytes, size_t size, off_t offset, struct fuse_file_info *file) {
  (void)path;
  STRIKE(WRITE);
  /* Taken, and lost on the way: close and fsync tell of it. */
  if ((control[1] & SYNC) != 0) return (int)size;
  ssize_t length = pwrite((int)file->fh, bytes, size, offset);
  return length < 0 ? -errno : (int)length;
}

/* What lies below need not survive a power cut, and thousands of runs should not wait for it. */
static int do_fsync(const char *path, int only_data, struct fuse_file_info *file) {
  (void)path, (void)only_data, (void)file;
  return strike(SYNC);
}

/* close(2): where network file systems tell of what they could not write. */
static int do_flush(const char *path, struct fuse_file_info *file) {
  (void)path, (void)file;
  return strike(SYNC);
}

static int do_release(const char *path, struct fuse_file_info *file) {
  (void)path;
  return result(close((int)file->fh));
}

static void *do_init(struct fuse_conn_info *connection, struct fuse_config *config) {
  (void)connection;
  config->use_ino = 1;
  /* Every operation is to come here. */
  config->attr_timeout = config->entry_timeout = config->negative_timeout = 0;
  /* A file that is removed while it is open keeps no name; what is left then goes by its descriptor. */
  config->hard_remove = config->nullpath_ok = 1;
  return NULL;
}

static const struct fuse_operations operations = {
    .init = do_init,         .getattr = do_getattr, .readlink = do_readlink, .readdir = do_readdir,
    .statfs = do_statfs,     .mknod = do_mknod,     .mkdir = do_mkdir,       .symlink = do_symlink,
    .link = do_link,         .unlink = do_unlink,   .rmdir = do_rmdir,       .rename = do_rename,
    .chmod = do_chmod,       .chown = do_chown,     .utimens = do_utimens,   .open = do_open,
    .create = do_create,     .truncate = do_truncate, .read = do_read,       .write = do_write,
    .fsync = do_fsync,       .flush = do_flush,     .release = do_release,   .opendir = do_opendir,
    .releasedir = do_releasedir,
};

int main(int argc, char **argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s CONTROL FOLDER [fuse options]\n", argv[0]);
    return 64;
  }
  int page = open(argv[1], O_RDONLY | O_CLOEXEC);
  control = page < 0 ? MAP_FAILED : mmap(NULL, 2 * sizeof *control, PROT_READ, MAP_SHARED, page, 0);
  if (control == MAP_FAILED || (below = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
    fprintf(stderr, "%s: %s or %s: %s\n", argv[0], argv[1], argv[2], strerror(errno));
    return 71;
  }
  umask(0);
  argv[1] = argv[0];
  return fuse_main(argc - 1, argv + 1, &operations, NULL);
}
