/* Sleeping between looks at the clock does not change its rate, which is measured by the timer that ends the sleeps. */
#include <stdint.h>

#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

enum { ROUNDS = 60, NS_PER_MS = 1000000, TOLERANCE = 50 };

/* Some milliseconds asleep, and some at work, during which nobody looks at the timer. */
static void pass(void) {
    const uint64_t until = clock_monotonic_ns() + 3 * NS_PER_MS;
    while (clock_monotonic_ns() < until) {
        wait_until(until);
    }
    const uint64_t start = clock_ticks();
    while (clock_ticks() - start < 10 * NS_PER_MS) {
    }
}

/* Nanoseconds for a million ticks, over some rounds. */
static uint64_t rate(void) {
    const uint64_t ticks = clock_ticks();
    const uint64_t ns = clock_monotonic_ns();
    for (int i = 0; i < ROUNDS; i++) {
        pass();
    }
    return (clock_monotonic_ns() - ns) * NS_PER_MS / (clock_ticks() - ticks);
}

int app_main(void) {
    const uint64_t first = rate();
    const uint64_t second = rate();
    machine_assert(first < second + second / TOLERANCE && second < first + first / TOLERANCE);
    console_print("steady\n");
    return 0;
}
