/*
 * The functions of core/arch.h that are an instruction or two: inline, for a call would be longer, and an emulator
 * translates at every call. Intel SDM volume 2, CLI, STI, HLT; volume 3, section 18.17 (the time-stamp counter).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

static inline bool arch_interrupts_off(void) {
    enum { INTERRUPTS_ON = 1 << 9 }; /* of RFLAGS */
    uint64_t flags;
    __asm__ volatile("pushfq; pop %0; cli" : "=r"(flags) : : "memory");
    return flags & INTERRUPTS_ON;
}

static inline void arch_interrupts_on(void) {
    __asm__ volatile("sti" : : : "memory");
}

static inline void arch_interrupts_restore(bool on) {
    if (on) {
        arch_interrupts_on();
    }
}

/* STI takes effect after the next instruction, so an interrupt that is due wakes this HLT. */
static inline void arch_halt(void) {
    __asm__ volatile("sti; hlt" : : : "memory");
}

/* What is read beside it is read at the same time. */
static inline uint64_t arch_ticks(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}
