/* Which windows of a clock count. */
#include "core/reference.h"

enum {
    LEAST_NS = 100000, /* of a window after the first */
    TOLERANCE = 16,    /* the share by which a window may differ from the rate so far */
    KEPT_BITS = 31,    /* of what was watched, for the rate: so that no product overflows */
    RATE_BITS = 32,
};

static bool near(uint64_t a, uint64_t b) {
    return (a > b ? a - b : b - a) <= b / TOLERANCE;
}

/* How long `ticks` are at the rate of what was watched. */
static uint64_t expected_ns(struct arch_reference watched, uint64_t ticks) {
    while ((watched.ns | watched.ticks) >> KEPT_BITS != 0) {
        watched.ns >>= 1;
        watched.ticks >>= 1;
    }
    if (watched.ticks == 0) {
        return 0;
    }
    const uint64_t ns_per_tick = (watched.ns << RATE_BITS) / watched.ticks;
    return (uint64_t)((unsigned __int128)ticks * ns_per_tick >> RATE_BITS);
}

struct arch_reference reference_add(struct arch_reference watched, uint64_t ticks, uint64_t ns, uint64_t period_ns,
                                    bool ran_out) {
    if (watched.ticks == 0) {
        ns += ran_out ? period_ns + 1 : 0;
    } else {
        const uint64_t expected = expected_ns(watched, ticks);
        if (expected < LEAST_NS) {
            return watched;
        }
        if (!near(ns, expected)) {
            ns += period_ns + 1;
        }
        if (!near(ns, expected)) {
            return watched;
        }
    }
    return (struct arch_reference){watched.ticks + ticks, watched.ns + ns};
}
