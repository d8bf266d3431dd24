/* Part of extmod/modmachine.c: what of the module machine is the port's. */
#include "py/runtime.h"

static void mp_machine_idle(void) {
    mp_event_wait_ms(1);
}
