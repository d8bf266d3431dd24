/* Ending the machine. */
#pragma once

#include <stdint.h>
#include <stdnoreturn.h>

#include "unikernel/abi.h"

/* Writes the exit record and ends the virtual machine. */
noreturn void machine_exit(enum abi_exit_kind kind, int32_t status);

/* A promise is broken: reports on the console and in the records, then ends. */
noreturn void machine_panic(enum abi_panic_cause cause, const char *message);

#define machine_assert(condition)                                                                                      \
    ((condition) ? (void)0 : machine_panic(ABI_PANIC_ASSERTION, __FILE_NAME__ ": " #condition))

/* Implemented by the runtime, weak and empty elsewhere: the Python line that runs now, for a panic's report. Must not
 * allocate, may be called with anything broken; `file` stays empty when no Python is found. */
void machine_python_position(char *file, uint32_t file_bytes, uint32_t *line, const uint64_t *stack,
                             uint64_t stack_words);

/* What the kernel calls once all devices have been tried, on the main stack with interrupts on; its result is the exit
 * status. */
int app_main(void);
