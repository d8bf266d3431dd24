/* The kernel's own clock: the first Clock of the stack. */
#include "unikernel/clock.h"

#include <errno.h>
#include <stddef.h>

#include "unikernel/device.h"

static struct device *clock; /* found once: devices do not come and go */

static const struct clock_operations *operations(void) {
    if (clock == NULL) {
        clock = device_providing(INTERFACE_CLOCK);
    }
    return clock == NULL ? NULL : clock->driver->operations;
}

uint64_t clock_monotonic_ns(void) {
    const struct clock_operations *on = operations();
    return on == NULL ? 0 : on->monotonic_ns(clock);
}

int64_t clock_wall_ns(void) {
    const struct clock_operations *on = operations();
    return on == NULL ? -ENODEV : on->wall_ns(clock);
}

bool clock_pass(uint64_t until_ns) {
    const struct clock_operations *on = operations();
    if (on == NULL || on->pass == NULL) {
        return false;
    }
    on->pass(clock, until_ns);
    return true;
}
