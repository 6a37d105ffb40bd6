#include "sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "command.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* --- landlock --- */

#define MAKES                                                                                      \
    (LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |    \
            LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |                          \
            LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
#define WRITES                                                                                     \
    (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                              \
            LANDLOCK_ACCESS_FS_MAKE_REG)
/* All of the first version, so that every kernel with Landlock knows them. */
#define HANDLED (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_REMOVE_DIR | WRITES | MAKES)

static bool allow_below(int rules, const char *path)
{
    struct landlock_path_beneath_attr beneath = { .allowed_access = WRITES };
    long result;

    beneath.parent_fd = open(path, O_PATH | O_CLOEXEC);
    if (beneath.parent_fd < 0)
        return false;
    result = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0);
    close(beneath.parent_fd);
    return result == 0;
}

static bool restrict_files(const char *const writable[], size_t count)
{
    const struct landlock_ruleset_attr attributes = { .handled_access_fs = HANDLED };
    long rules = syscall(SYS_landlock_create_ruleset, &attributes, sizeof(attributes), 0);
    bool is_done;

    if (rules < 0)
        return false;
    for (size_t i = 0; i < count; i++)
        if (!allow_below((int)rules, writable[i]))
            complain("%s: cannot be kept writable: %s", writable[i], strerror(errno));
    is_done = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    close((int)rules);
    return is_done;
}

/* --- seccomp --- */

/* By name, since some exist on some architectures or kernels only. */
static const char *const needed_calls[] = {
    /* packets, records and time */
    "read", "write", "readv", "writev", "pread64", "pwrite64", "poll", "ppoll", "ppoll_time64",
    "epoll_create1", "epoll_ctl", "epoll_wait", "epoll_pwait", "select", "pselect6", "lseek",
    "_llseek", "getsockopt", "setsockopt", "ioctl", "clock_gettime", "clock_gettime64",
    "clock_nanosleep", "clock_nanosleep_time64", "nanosleep", "gettimeofday", "time",
    "clock_getres",
    /* files, also of SQLite and with an owner that stays */
    "open", "openat", "close", "close_range", "stat", "stat64", "fstat", "fstat64", "lstat",
    "lstat64", "newfstatat", "fstatat64", "statx", "access", "faccessat", "faccessat2",
    "getdents", "getdents64", "readlink", "readlinkat", "fcntl", "fcntl64", "flock", "fsync",
    "fdatasync", "ftruncate", "ftruncate64", "fallocate", "rename", "renameat", "renameat2",
    "unlink", "unlinkat", "getcwd", "dup", "dup2", "dup3", "pipe2", "statfs", "fstatfs",
    "statfs64", "fstatfs64", "umask", "fchmod", "fchown", "fchown32", "sendfile",
    /* sockets: of systemd, of outputs and to look names up, of those who are served */
    "socket", "connect", "bind", "listen", "accept", "accept4", "shutdown", "getsockname",
    "getpeername", "send", "sendto", "sendmsg", "sendmmsg", "recv", "recvfrom", "recvmsg",
    "recvmmsg", "eventfd2",
    /* memory, threads and signals */
    "brk", "mmap", "mmap2", "munmap", "mremap", "mprotect", "madvise", "clone", "clone3",
    "set_robust_list", "rseq", "futex", "futex_time64", "sched_yield", "sched_getaffinity",
    "rt_sigaction", "rt_sigprocmask", "rt_sigreturn", "rt_sigtimedwait", "sigaltstack",
    "restart_syscall", "tgkill", "gettid", "getpid", "getppid", "getuid", "geteuid", "getgid",
    "getegid", "getuid32", "geteuid32", "getgid32", "getegid32", "getrandom", "sysinfo", "uname",
    "getrusage", "prlimit64", "getrlimit", "ugetrlimit", "membarrier", "arch_prctl",
    "set_tid_address", "exit", "exit_group",
};

static int allow_calls(scmp_filter_ctx filter)
{
    int result = 0;

    for (size_t i = 0; i < COUNT_OF(needed_calls) && result == 0; i++) {
        int call = seccomp_syscall_resolve_name(needed_calls[i]);

        if (call >= 0)
            result = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    }
    return result;
}

static int restrict_calls(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int result = filter != NULL ? allow_calls(filter) : -ENOMEM;

    if (result == 0) {
        (void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_LOG, 1); /* not all kernels can */
        result = seccomp_load(filter);
    }
    seccomp_release(filter);
    return result;
}

void sandbox_enter(const char *const writable[], size_t count)
{
    int result;

    if (!restrict_files(writable, count))
        complain("this kernel restricts no writing to files (Landlock: %s): going on without",
                strerror(errno));
    result = restrict_calls();
    if (result != 0)
        complain("this kernel restricts no system calls (seccomp: %s): going on without",
                strerror(-result));
}
