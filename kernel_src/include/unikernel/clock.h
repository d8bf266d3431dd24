/* The Clock interface: monotonic time from the machine's start, wall time, and the next wake-up. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct device;

struct clock_operations {
    uint64_t (*monotonic_ns)(struct device *self); /* never goes back */
    int64_t (*wall_ns)(struct device *self);       /* since 1970-01-01 UTC, or -ENODEV */

    /* NULL, or wall time is this much from now on: at once, or with `slew` by and by, at most 1/2000 faster or slower,
     * so that it does not go back. A clock that did not know takes it at once. */
    void (*set_wall)(struct device *self, int64_t wall_ns, bool slew);

    void (*pass)(struct device *self, uint64_t until_ns); /* NULL, or goes there at once, where nothing need wait */
};

uint64_t clock_monotonic_ns(void); /* of the first Clock; 0 without one */
int64_t clock_wall_ns(void);       /* of the first Clock, or -ENODEV */

/* Whether the first Clock went there at once, so that there is nothing to wait for. */
bool clock_pass(uint64_t until_ns);

/* Ticks of the time-stamp counter since the machine's start: works from the first instruction, needs no device. */
uint64_t clock_ticks(void);
