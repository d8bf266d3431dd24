/* The time-stamp counter. Intel SDM volume 3, section 18.17. */
#pragma once

#include <stdint.h>

/* Inline, so that what is read beside it is read at the same time: an emulator translates at every call. */
static inline uint64_t ticks(void) {
    uint32_t low, high;
    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}
