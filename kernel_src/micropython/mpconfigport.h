/*
 * MicroPython 1.25.0 for the unikernel: upstream's feature level "extra" with doubles and big integers, and below that,
 * one by one, what differs from the level and why. Upstream's sources are compiled as they are.
 */
#pragma once

#include <alloca.h>
#include <stdint.h>

#define MICROPY_CONFIG_ROM_LEVEL (MICROPY_CONFIG_ROM_LEVEL_EXTRA_FEATURES)

/* Numbers: a 64-bit machine has doubles in hardware, and an int of Python has no bound. */
#define MICROPY_FLOAT_IMPL   (MICROPY_FLOAT_IMPL_DOUBLE)
#define MICROPY_LONGINT_IMPL (MICROPY_LONGINT_IMPL_MPZ)

/* Memory: one area to begin with, more of them when it is full, so that a big machine does not pay at boot for tables
 * it may not use. */
#define MICROPY_ENABLE_GC                  (1)
#define MICROPY_GC_SPLIT_HEAP              (1)
#define MICROPY_GC_SPLIT_HEAP_AUTO         (1)
#define MICROPY_MALLOC_USES_ALLOCATED_SIZE (1)
#define MP_PLAT_ALLOC_HEAP(bytes)          heap_area_take(bytes)
#define MP_PLAT_FREE_HEAP(area)            heap_area_give(area)
#include <stddef.h>
void *heap_area_take(size_t bytes);
void heap_area_give(void *area);

/* An exception can be made when the heap is full: MemoryError is then an ordinary exception. */
#define MICROPY_ENABLE_EMERGENCY_EXCEPTION_BUF (1)
#define MICROPY_EMERGENCY_EXCEPTION_BUF_SIZE   (256)

/* Between two checks of the stack C code of the runtime uses at most this; an interrupt's frame is part of it. */
#define MICROPY_STACK_CHECK_MARGIN (8192)

/* Programs travel as bytecode in a ROM filesystem, and modules of the image are part of its read-only data. */
#define MICROPY_PERSISTENT_CODE_LOAD (1)
#define MICROPY_MODULE_FROZEN_MPY    (1)
#define MICROPY_QSTR_EXTRA_POOL      mp_qstr_frozen_const_pool
#define MICROPY_VFS                  (1)
#define MICROPY_VFS_ROM              (1)
#define MICROPY_READER_VFS           (1)
#define MICROPY_ALLOC_PATH_MAX       (256)
/* Off although it comes with the ROM filesystem: mp_init would mount it at a fixed place; rom.c mounts it where the
 * stack says, and a read-only image has nothing to be written by ioctl. */
#define MICROPY_VFS_ROM_IOCTL (0)

/* sys.path is set by rom.c, from the mount point; sys.argv is empty. */
#define MICROPY_PY_SYS_PATH_ARGV_DEFAULTS (0)

/* Machine code is run from the image's text, where the build put it, and nowhere else; the machine makes none: native.c
 * stands in for the emitter. */
#define MICROPY_EMIT_X64                               (1)
#define MP_PLAT_COMMIT_EXEC(code, length, relocations) native_code_in_text(code, length, relocations)
void *native_code_in_text(void *code, size_t length, void *relocations);

/* Speed: dispatch by computed goto is two jumps fewer for each bytecode. */
#define MICROPY_OPT_COMPUTED_GOTO (1)

/* Off although "extra" has it: no display to draw on. */
#define MICROPY_PY_FRAMEBUF (0)

/* What addresses memory from Python goes round every protection that the machine has. Its code is a component of its
 * own, in an image that has the device RawMemory alone; elsewhere the table of modules does not name it (see
 * runtime.py). */
#ifndef MICROPY_PY_UCTYPES
    #define MICROPY_PY_UCTYPES (1)
#endif
#define MICROPY_PY_MACHINE             (1)
#define MICROPY_PY_MACHINE_SIGNAL      (0)
#define MICROPY_PY_MACHINE_INCLUDEFILE "machine_port.h"

/* On although they are above the level: what apps that come from CPython, or from MicroPython for Unix, expect to find;
 * together 5 KB. */
#define MICROPY_PY_ALL_INPLACE_SPECIAL_METHODS    (1)
#define MICROPY_PY_BUILTINS_MEMORYVIEW_ITEMSIZE   (1)
#define MICROPY_PY_BUILTINS_RANGE_BINOP           (1)
#define MICROPY_PY_COLLECTIONS_NAMEDTUPLE__ASDICT (1)
#define MICROPY_PY_DEFLATE_COMPRESS               (1)
#define MICROPY_PY_FUNCTION_ATTRS_CODE            (1)
#define MICROPY_PY_IO_BUFFEREDWRITER              (1)
#define MICROPY_PY_MICROPYTHON_HEAP_LOCKED        (1)
#define MICROPY_PY_RE_MATCH_GROUPS                (1)
#define MICROPY_PY_RE_MATCH_SPAN_START_END        (1)
#define MICROPY_PY_SYS_ATEXIT                     (1) /* main.c calls what it was given */
#define MICROPY_PY_SYS_EXC_INFO                   (1)
#define MICROPY_PY_SYS_GETSIZEOF                  (1)
#define MICROPY_PY_SYS_TRACEBACKLIMIT             (1)

/* AES, MD5 and SHA-1: upstream takes them from a TLS library; ours are behind axTLS's interface (lib/axtls). */
#define MICROPY_SSL_AXTLS           (1)
#define MICROPY_PY_CRYPTOLIB        (1)
#define MICROPY_PY_CRYPTOLIB_CTR    (1)
#define MICROPY_PY_CRYPTOLIB_CONSTS (1)
#define MICROPY_PY_HASHLIB_MD5      (1)
#define MICROPY_PY_HASHLIB_SHA1     (1)

/* Each of these needs a word from the port, so no level turns it on. */
#define MICROPY_PY_OS_SYNC        (1) /* mounts.c flushes every open file */
#define MICROPY_PY_OS_URANDOM     (1)
#define MICROPY_PY_OS_INCLUDEFILE "os_port.h"

/* The names of errors: upstream's own, and what file systems, disks and networks answer. Numbers of Linux, as
 * everywhere. */
#define MP_EPROTONOSUPPORT (93)
#define MP_ENOPROTOOPT     (92)
#define MP_ENETUNREACH     (101)
#define MP_EMSGSIZE        (90)
#define MP_ENAMETOOLONG    (36)
#define MP_ENOTEMPTY       (39)
/* clang-format off */
#define MICROPY_PY_ERRNO_LIST \
    X(EPERM) X(ENOENT) X(EIO) X(EBADF) X(EAGAIN) X(ENOMEM) X(EACCES) X(EBUSY) X(EEXIST) X(ENODEV) X(ENOTDIR) X(EISDIR) \
    X(EINVAL) X(EMFILE) X(EFBIG) X(ENOSPC) X(EROFS) X(ENAMETOOLONG) X(ENOTEMPTY) X(EOPNOTSUPP) X(EADDRINUSE) \
    X(ECONNABORTED) X(ECONNRESET) X(ENOBUFS) X(ENOTCONN) X(ETIMEDOUT) X(ECONNREFUSED) X(EHOSTUNREACH) X(EALREADY) \
    X(EINPROGRESS) X(EPIPE) X(EISCONN) X(ENETUNREACH) X(EAFNOSUPPORT) X(EMSGSIZE)
/* clang-format on */
#define MICROPY_SCHEDULER_STATIC_NODES   (1) /* interrupt.c schedules what a nic has brought */
#define MICROPY_PY_RANDOM_SEED_INIT_FUNC (random_seed_value())
uint32_t random_seed_value(void);
#define MICROPY_PY_TIME_TIME_TIME_NS            (1)
#define MICROPY_PY_TIME_GMTIME_LOCALTIME_MKTIME (0) /* time_port.h has them, for seconds with a fraction too */
#define MICROPY_PY_TIME_INCLUDEFILE             "time_port.h"
#define MICROPY_EPOCH_IS_1970                   (1)
#define MICROPY_PY_SYS_PLATFORM                 "unikernel"
#define MICROPY_PY_SYS_STDIO_BUFFER             (1)
#define MICROPY_PY_BUILTINS_HELP_TEXT           help_text
extern const char help_text[];

/* Half floats ('e' of struct) are converted by the runtime's own code: the compiler's needs functions of a library that
 * is not linked. */
#define MICROPY_FLOAT_USE_NATIVE_FLT16 (0)

/* The prompt: what runs is told apart from what is typed (a break is a KeyboardInterrupt in the first and Ctrl-C in the
 * second), and the status of sys.exit is kept. */
#define MICROPY_BOARD_BEFORE_PYTHON_EXEC(kind, flags)                   interrupt_run_begins()
#define MICROPY_BOARD_AFTER_PYTHON_EXEC(kind, flags, exception, result) run_ended(exception)
void interrupt_run_begins(void);
void run_ended(void *exception);

/* Words that name the image: no date, so that the same sources are the same bytes. */
#define MICROPY_BANNER_NAME_AND_VERSION "MicroPython " MICROPY_GIT_TAG
#define MICROPY_BANNER_MACHINE          MICROPY_HW_BOARD_NAME
#define MICROPY_HW_BOARD_NAME           "unikernel"
#define MICROPY_HW_MCU_NAME             "x86_64"

/* Types of this machine. */
typedef intptr_t mp_int_t;
typedef uintptr_t mp_uint_t;
typedef long mp_off_t;
#define MP_SSIZE_MAX INTPTR_MAX
#define UINT_FMT     "%lu"
#define INT_FMT      "%ld"

#define MP_STATE_PORT MP_STATE_VM
