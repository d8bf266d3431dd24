/*
 * The contract between an image and its host, version 1: docs/abi.md explains it, unikernel/abi.py is the host's side,
 * and tests/unit/test_abi.py holds the three together.
 *
 * An image carries two ELF notes owned by "unikernel". The manifest says what the image is. The second says where in
 * guest-physical memory the records lie, which the machine writes and the host reads, also after the machine has died.
 */
#pragma once

#include <stdint.h>

#define ABI_VERSION       1u
#define ABI_NOTE_OWNER    "unikernel"
#define ABI_NOTE_MANIFEST 1u /* JSON, UTF-8, no NUL */
#define ABI_NOTE_RECORDS  2u /* struct abi_place */

#define ABI_RECORDS_MAGIC         0x31524b55u /* "UKR1", read as little endian */
#define ABI_TRACE_CAPACITY        64
#define ABI_TRACE_NAME_BYTES      22
#define ABI_PANIC_MESSAGE_BYTES   128
#define ABI_PANIC_FILE_BYTES      64
#define ABI_PANIC_BACKTRACE_DEPTH 16
#define ABI_REGISTER_COUNT        18

/* The second note: where things lie, known once the image is linked. */
struct abi_place {
    uint64_t records_address;    /* guest-physical, of struct abi_records */
    uint64_t image_end;          /* guest-physical, first byte after the image's own memory */
    uint64_t least_memory_bytes; /* smallest memory in which the runtime comes up */
};

enum abi_exit_kind {
    ABI_EXIT_NONE = 0,    /* still running, or ended without a word */
    ABI_EXIT_STATUS = 1,  /* the app ended: status holds */
    ABI_EXIT_PANIC = 2,   /* struct abi_panic holds */
    ABI_EXIT_RESTART = 3, /* the owner should start the machine again */
};

struct abi_exit {
    uint32_t kind; /* enum abi_exit_kind; written last */
    int32_t status;
};

enum abi_trace_kind {
    ABI_TRACE_PHASE = 1,         /* a phase of the boot begins */
    ABI_TRACE_DEVICE_UP = 2,     /* a device came up; name is the device's */
    ABI_TRACE_DEVICE_FAILED = 3, /* a device failed; detail is its errno */
    ABI_TRACE_MARK = 4,          /* the app's own mark */
};

struct abi_trace_record {
    uint64_t ticks; /* of the time-stamp counter; 0 is the machine's start */
    uint8_t kind;   /* enum abi_trace_kind */
    uint8_t detail;
    char name[ABI_TRACE_NAME_BYTES]; /* padded with NUL; full length allowed */
};

struct abi_trace {
    uint32_t count; /* records ever written; those beyond the capacity are lost */
    uint32_t reserved;
    uint64_t ticks_per_second; /* measured by the machine, refined while it runs; 0: not known yet */
    struct abi_trace_record records[ABI_TRACE_CAPACITY];
};

enum abi_panic_cause {
    ABI_PANIC_NONE = 0,
    ABI_PANIC_EXCEPTION = 1,      /* vector and error_code hold */
    ABI_PANIC_ASSERTION = 2,      /* a promise of the code broke */
    ABI_PANIC_STACK_SMASHED = 3,  /* the canary changed */
    ABI_PANIC_STACK_OVERFLOW = 4, /* a fault in the stack's guard page */
    ABI_PANIC_OUT_OF_MEMORY = 5,  /* before the runtime could say MemoryError */
};

/* Order of registers: rax rbx rcx rdx rsi rdi rbp rsp r8 … r15 rip rflags. */
struct abi_panic {
    uint32_t cause; /* enum abi_panic_cause */
    uint32_t vector;
    uint64_t error_code;
    uint64_t address; /* CR2 of a page fault */
    uint64_t registers[ABI_REGISTER_COUNT];
    uint64_t backtrace[ABI_PANIC_BACKTRACE_DEPTH]; /* return addresses, innermost first; 0 ends it */
    char message[ABI_PANIC_MESSAGE_BYTES];         /* NUL-terminated */
    char python_file[ABI_PANIC_FILE_BYTES];        /* NUL-terminated; empty: no Python was running */
    uint32_t python_line;
    uint32_t reserved;
};

enum abi_request_kind {
    ABI_REQUEST_NONE = 0,
    ABI_REQUEST_SHUTDOWN = 1, /* the app should end */
};

/* Written by the host, which then holds the console's break: a machine that has a Control device looks here. */
struct abi_request {
    uint32_t kind;
    uint32_t reserved;
};

struct abi_memory {
    uint64_t total_bytes; /* RAM the machine found */
    uint64_t heap_start;  /* guest-physical */
    uint64_t heap_bytes;
    uint64_t stack_start;
    uint64_t stack_bytes;
};

struct abi_records {
    uint32_t magic;     /* ABI_RECORDS_MAGIC once the image runs */
    uint32_t version;   /* ABI_VERSION */
    uint32_t bytes;     /* sizeof(struct abi_records) */
    uint32_t listening; /* 1 once the devices are up: a byte that comes while the console starts can be lost */
    struct abi_exit exit;
    struct abi_request request;
    struct abi_memory memory;
    struct abi_panic panic;
    struct abi_trace trace;
};

/* Keys of the command line, "key=value" separated by spaces; and of each parameter that is open, "NAME.PARAMETER". */
#define ABI_COMMAND_LINE_BYTES 2048  /* at most, what the VMM adds and the NUL included */
#define ABI_KEY_APP            "app" /* NAME of the app's own parameters */
#define ABI_KEY_PROMPT "prompt"      /* 1: a prompt follows main.py, 0: the machine ends; absent: as the stack says */

/*
 * Secrets, which no command line may show: where the image has some, the host writes this into the first page after the
 * image (abi_place.image_end) before the machine starts, and the kernel wipes it before any device comes up. The words
 * are "NAME.PARAMETER=hexadecimal", separated by spaces, ended by NUL.
 */
#define ABI_SECRETS_MAGIC 0x31534b55u /* "UKS1", read as little endian */
#define ABI_SECRETS_BYTES 4096
struct abi_secrets {
    uint32_t magic;
    char words[ABI_SECRETS_BYTES - sizeof(uint32_t)];
};

/* The fixed first line of a panic on the console; the host parses it:
 * "panic: CAUSE at ADDRESS" CRLF, more lines, and at last "panic: end" CRLF. */
#define ABI_PANIC_LINE "panic: "
