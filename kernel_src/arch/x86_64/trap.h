/* What an exception leaves on the fault stack: pushed by trap.S, above it what the processor pushed. */
#pragma once

#include <stdint.h>

struct trap_frame {
    uint64_t rax, rcx, rdx, rbx, rbp, rsi, rdi, r8, r9, r10, r11, r12, r13, r14, r15;
    uint64_t vector, error_code;
    uint64_t rip, cs, rflags, rsp, ss;
};
