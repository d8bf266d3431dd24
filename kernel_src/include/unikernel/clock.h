/* The Clock interface: monotonic time from the machine's start, wall time, and the next wake-up. */
#pragma once

#include <stdint.h>

struct device;

struct clock_operations {
    uint64_t (*monotonic_ns)(struct device *self); /* never goes back */
    int64_t (*wall_ns)(struct device *self);       /* since 1970-01-01 UTC, or -ENODEV */
};

uint64_t clock_monotonic_ns(void); /* of the first Clock; 0 without one */
int64_t clock_wall_ns(void);       /* of the first Clock, or -ENODEV */

/* Ticks of the time-stamp counter since the machine's start: works from the first instruction, needs no device. */
uint64_t clock_ticks(void);
