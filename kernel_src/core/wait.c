/* Waiting: note, look, halt. The note is read and the halt entered with interrupts off, so a wake-up between them is
 * not lost. */
#include "unikernel/wait.h"

#include <stdbool.h>

#include "arch.h"
#include "unikernel/clock.h"

static volatile bool noted;

void wait_wake(void) {
    noted = true;
}

void wait_until(uint64_t deadline_ns) {
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
