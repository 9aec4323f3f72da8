/* Stands between a process and the file system (LD_PRELOAD): counts the calls that change
 * files below one folder, and at a chosen one fails, kills the process, or kills it when half
 * of the bytes are written; or writes all of them down, so that a power cut can be replayed.
 *
 * Nothing happens before trouble_arm or trouble_record is called. The record knows absolute
 * paths only.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum action { PASS, FAIL, KILL, TEAR };

static char folder[4096];
static size_t folder_length;
static enum action action;
static long at, counted, failed;
static int error_number, lasting, without_locks;
static int record_fd = -1;
static uint64_t watched[65536]; /* inode by descriptor, 0 for files elsewhere */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))real(#name))

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

static void after_fork(void) { pthread_mutex_init(&mutex, NULL); }
__attribute__((constructor)) static void begin(void) { pthread_atfork(NULL, NULL, after_fork); }

/* ------------------------------------------------------------ what Python calls */

static void look_at(const char *path) {
    folder_length = strlen(path) < sizeof folder ? strlen(path) : 0;
    memcpy(folder, path, folder_length + 1);
    folder[folder_length] = 0;
    counted = failed = 0;
}

void trouble_arm(const char *path, int what, long call, int error, int stays) {
    pthread_mutex_lock(&mutex);
    look_at(path);
    action = what;
    at = call;
    error_number = error;
    lasting = stays;
    pthread_mutex_unlock(&mutex);
}

void trouble_lift(void) {
    pthread_mutex_lock(&mutex);
    action = PASS;
    pthread_mutex_unlock(&mutex);
}

long trouble_counted(void) { return counted; }
long trouble_failed(void) { return failed; }

/* As on network file systems, of which some have no locks. */
void trouble_without_locks(void) { without_locks = 1; }

int trouble_record(const char *path, const char *file) {
    look_at(path);
    record_fd = REAL(open)(file, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    return record_fd;
}

/* ------------------------------------------------------------ the record */

struct head {
    char kind, spare[7];
    uint64_t inode, number;
    uint32_t length, second; /* bytes of the two parts that follow */
};

static void record(char kind, uint64_t inode, uint64_t number, const void *first, size_t length,
                   const void *then, size_t second) {
    if (record_fd < 0) return;
    struct head head = {kind, "", inode, number, (uint32_t)length, (uint32_t)second};
    REAL(write)(record_fd, &head, sizeof head);
    if (length) REAL(write)(record_fd, first, length);
    if (second) REAL(write)(record_fd, then, second);
}

void trouble_note(const char *text) {
    pthread_mutex_lock(&mutex);
    record('N', 0, 0, text, strlen(text), NULL, 0);
    pthread_mutex_unlock(&mutex);
}

/* ------------------------------------------------------------ which calls, and what becomes of them */

static uint64_t inode_of(int fd) {
    return fd >= 0 && fd < (int)(sizeof watched / sizeof *watched) ? watched[fd] : 0;
}

static int is_below(const char *path) {
    return folder_length && path && !strncmp(path, folder, folder_length) &&
           (path[folder_length] == '/' || !path[folder_length]);
}

static int is_at(int fd, const char *path) {
    return is_below(path) || (path && *path != '/' && inode_of(fd));
}

/* Says what to do with a call; a full disk lets things be removed and be read. */
static enum action judge(int needs_room) {
    if (action == PASS) {
        counted++;
        return PASS;
    }
    if (action == FAIL && error_number == ENOSPC && !needs_room) return PASS;
    counted++;
    if (counted < at || (counted > at && !lasting)) return PASS;
    if (action == KILL) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
    failed++;
    return action;
}

static void die_now(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

#define GUARDED(condition, room, type, good, call, noting)  \
    do {                                                    \
        if (!(condition)) return call;                      \
        pthread_mutex_lock(&mutex);                         \
        type result = (type)-1;                             \
        enum action what = judge(room);                     \
        int number = error_number;                          \
        if (what == PASS) {                                 \
            result = call;                                  \
            number = errno;                                 \
            if (good) { noting; }                           \
        } else if (what == TEAR) {                          \
            die_now();                                      \
        }                                                   \
        pthread_mutex_unlock(&mutex);                       \
        errno = number;                                     \
        return result;                                      \
    } while (0)

/* ------------------------------------------------------------ opening and closing */

static int opened(const char *path, int flags, int (*call)(int, const char *, int, mode_t), int at_fd,
                  mode_t mode) {
    if (!is_at(at_fd, path)) {
        int fd = call(at_fd, path, flags, mode);
        if (inode_of(fd)) watched[fd] = 0;
        return fd;
    }
    pthread_mutex_lock(&mutex);
    int changes = flags & (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC);
    enum action what = changes ? judge(flags & O_CREAT) : PASS;
    int fd = -1, number = error_number;
    if (what == TEAR) die_now();
    if (what == PASS) {
        fd = call(at_fd, path, flags, mode);
        number = errno;
        struct stat status;
        if (fd >= 0 && fd < (int)(sizeof watched / sizeof *watched) && !fstat(fd, &status)) {
            watched[fd] = status.st_ino;
            record('O', status.st_ino, flags & O_TRUNC ? 1 : 0, path, strlen(path),
                   S_ISDIR(status.st_mode) ? "d" : "f", 1);
        }
    }
    pthread_mutex_unlock(&mutex);
    errno = number;
    return fd;
}

static int real_open(int at_fd, const char *path, int flags, mode_t mode) {
    (void)at_fd;
    return REAL(open)(path, flags, mode);
}
static int real_openat(int at_fd, const char *path, int flags, mode_t mode) {
    return REAL(openat)(at_fd, path, flags, mode);
}

#define MODE_OF(flags)                                          \
    mode_t mode = 0;                                            \
    if ((flags) & (O_CREAT | __O_TMPFILE)) {                    \
        va_list rest;                                           \
        va_start(rest, flags);                                  \
        mode = va_arg(rest, mode_t);                            \
        va_end(rest);                                           \
    }

int open(const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(path, flags, real_open, -1, mode);
}
int open64(const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(path, flags | O_LARGEFILE, real_open, -1, mode);
}
int openat(int at_fd, const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(path, flags, real_openat, at_fd, mode);
}
int openat64(int at_fd, const char *path, int flags, ...) {
    MODE_OF(flags)
    return opened(path, flags | O_LARGEFILE, real_openat, at_fd, mode);
}
int close(int fd) {
    if (inode_of(fd)) watched[fd] = 0;
    return REAL(close)(fd);
}

/* ------------------------------------------------------------ bytes */

static ssize_t written(int fd, const void *bytes, size_t length, off_t offset) {
    pthread_mutex_lock(&mutex);
    ssize_t result = -1;
    enum action what = judge(1);
    int number = error_number;
    if (what == TEAR) {
        if (offset < 0) REAL(write)(fd, bytes, length / 2);
        else REAL(pwrite)(fd, bytes, length / 2, offset);
        die_now();
    }
    if (what == PASS) {
        result = offset < 0 ? REAL(write)(fd, bytes, length) : REAL(pwrite)(fd, bytes, length, offset);
        number = errno;
        if (result > 0) {
            off_t start = offset < 0 ? lseek(fd, 0, SEEK_CUR) - result : offset;
            record('W', inode_of(fd), (uint64_t)start, bytes, (size_t)result, NULL, 0);
        }
    }
    pthread_mutex_unlock(&mutex);
    errno = number;
    return result;
}

ssize_t write(int fd, const void *bytes, size_t length) {
    return inode_of(fd) ? written(fd, bytes, length, -1) : REAL(write)(fd, bytes, length);
}
ssize_t pwrite(int fd, const void *bytes, size_t length, off_t offset) {
    return inode_of(fd) ? written(fd, bytes, length, offset) : REAL(pwrite)(fd, bytes, length, offset);
}
ssize_t pwrite64(int fd, const void *bytes, size_t length, off64_t offset) {
    return pwrite(fd, bytes, length, (off_t)offset);
}
ssize_t sendfile(int out, int in, off_t *offset, size_t length) {
    GUARDED(inode_of(out), 1, ssize_t, 0, REAL(sendfile)(out, in, offset, length), );
}
ssize_t sendfile64(int out, int in, off64_t *offset, size_t length) {
    return sendfile(out, in, (off_t *)offset, length);
}
int ftruncate(int fd, off_t size) {
    GUARDED(inode_of(fd), 1, int, !result, REAL(ftruncate)(fd, size),
            record('T', inode_of(fd), (uint64_t)size, NULL, 0, NULL, 0));
}
int ftruncate64(int fd, off64_t size) { return ftruncate(fd, (off_t)size); }
int fsync(int fd) {
    GUARDED(inode_of(fd), 1, int, !result, REAL(fsync)(fd),
            record('S', inode_of(fd), 0, NULL, 0, NULL, 0));
}
int fdatasync(int fd) {
    GUARDED(inode_of(fd), 1, int, !result, REAL(fdatasync)(fd),
            record('S', inode_of(fd), 0, NULL, 0, NULL, 0));
}

int flock(int fd, int operation) {
    if (without_locks) {
        errno = ENOLCK;
        return -1;
    }
    return REAL(flock)(fd, operation);
}

/* ------------------------------------------------------------ names */

int rename(const char *from, const char *to) {
    GUARDED(is_below(from) || is_below(to), 1, int, !result, REAL(rename)(from, to),
            record('R', 0, 0, from, strlen(from), to, strlen(to)));
}
int renameat(int from_fd, const char *from, int to_fd, const char *to) {
    GUARDED(is_below(from) || is_below(to), 1, int, !result, REAL(renameat)(from_fd, from, to_fd, to),
            record('R', 0, 0, from, strlen(from), to, strlen(to)));
}
int unlink(const char *path) {
    GUARDED(is_below(path), 0, int, !result, REAL(unlink)(path),
            record('U', 0, 0, path, strlen(path), NULL, 0));
}
int unlinkat(int fd, const char *path, int flags) {
    GUARDED(is_at(fd, path), 0, int, !result, REAL(unlinkat)(fd, path, flags),
            record('U', 0, 0, path, strlen(path), NULL, 0));
}
int rmdir(const char *path) {
    GUARDED(is_below(path), 0, int, !result, REAL(rmdir)(path),
            record('U', 0, 0, path, strlen(path), NULL, 0));
}
int mkdir(const char *path, mode_t mode) {
    GUARDED(is_below(path), 1, int, !result, REAL(mkdir)(path, mode),
            record('M', 0, 0, path, strlen(path), NULL, 0));
}
int mkdirat(int fd, const char *path, mode_t mode) {
    GUARDED(is_at(fd, path), 1, int, !result, REAL(mkdirat)(fd, path, mode),
            record('M', 0, 0, path, strlen(path), NULL, 0));
}
int utimensat(int fd, const char *path, const struct timespec times[2], int flags) {
    GUARDED(is_below(path), 0, int, 0, REAL(utimensat)(fd, path, times, flags), );
}
