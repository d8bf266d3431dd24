/* A broken promise, as the architecture or the code found it. */
#pragma once

#include <stdint.h>
#include <stdnoreturn.h>

#include "unikernel/abi.h"

enum { REGISTER_RSP = 7, REGISTER_RIP = 16 };

struct panic_context {
    enum abi_panic_cause cause;
    uint32_t vector;
    uint64_t error_code;
    uint64_t address;
    uint64_t registers[ABI_REGISTER_COUNT];
    const char *message;
};

/* Writes the record, prints it, ends the machine. A second panic during the first only ends. */
noreturn void panic_report(const struct panic_context *context);
