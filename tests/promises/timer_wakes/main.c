/* Time passes while the machine sleeps, never goes back, and a sleep ends when it should, not before. */
#include <stdint.h>

#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

enum { SLEEPS = 20, NS_PER_MS = 1000000 };

static const int64_t year_2024_ns = 1704067200ll * 1000 * NS_PER_MS;

int app_main(void) {
    uint64_t last = clock_monotonic_ns();
    for (int i = 1; i <= SLEEPS; i++) {
        const uint64_t until = last + (uint64_t)i * NS_PER_MS / 4;
        while (clock_monotonic_ns() < until) {
            wait_until(until);
        }
        const uint64_t now = clock_monotonic_ns();
        machine_assert(now >= until);
        last = now;
    }
    machine_assert(clock_wall_ns() > year_2024_ns);
    console_print("awake\n");
    return 0;
}
