/*
 * The watchdog of an IB700 board: when it is not fed in time, the machine is given up. Winsystems, "SBC8360 user
 * manual", watchdog timer: a write to the first port starts it, or starts it again, with 30 seconds less 2 for each
 * step of the value; a write to the second stops it.
 *
 * It starts at its first feeding: an app that never feeds it is not watched.
 */
#include "watchdog.h"

#include "unikernel/port.h"
#include "unikernel/watch.h"

enum { PORT_START = 0x443, MOST_S = 30, STEP_S = 2 };

static int init(struct device *self) {
    (void)self;
    return 0;
}

static void feed(struct device *self) {
    const struct watchdog_parameters *parameters = self->parameters;
    port_write8(PORT_START, (uint8_t)((MOST_S - parameters->timeout_s) / STEP_S));
}

static const struct watch_operations operations = {.feed = feed};

const struct driver watchdog_driver = {
    .class_name = "Watchdog",
    .provides = INTERFACE_WATCH,
    .operations = &operations,
    .init = init,
};
