/* Waiting: note, look, halt. The note is read and the halt entered with interrupts off, so a wake-up between them is
 * not lost. */
#include "unikernel/wait.h"

#include <stdbool.h>

#include "arch.h"
#include "unikernel/clock.h"

/* Under TCG a processor that halts takes 50 microseconds to wake: as long as a round trip over a network. So where a
 * nic is, it looks for a while before it halts. */
enum { EAGER_NS = 100000, EAGER_LOOKS = 4000 }; /* the latter where the clock stands */

static volatile bool noted;
static bool eager;

void wait_eagerly(void) {
    eager = true;
}

static void look(uint64_t deadline_ns) {
    const uint64_t start = clock_monotonic_ns();
    uint64_t now = start;
    for (int i = 0; i < EAGER_LOOKS && !noted && now < deadline_ns && now - start < EAGER_NS; i++) {
        now = clock_monotonic_ns();
    }
}

void wait_wake(void) {
    noted = true;
}

void wait_until(uint64_t deadline_ns) {
    if (eager) {
        look(deadline_ns);
    }
    arch_interrupts_off();
    if (!noted) {
        const uint64_t now = clock_monotonic_ns();
        if (now < deadline_ns) {
            arch_timer_arm(deadline_ns - now);
            arch_halt();
        }
    }
    noted = false;
    arch_interrupts_on();
}
