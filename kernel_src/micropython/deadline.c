/* Waiting in a call of the app's, for what comes by itself. */
#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/clock.h"
#include "unikernel/wait.h"

#include "port.h"

enum { NS_PER_SECOND = 1000000000, NS_PER_MS = 1000000, MOST_S = 1000000000, MOST_WAIT_MS = 1 << 30 };

uint64_t wait_deadline(void *timeout) {
    if (timeout == mp_const_none) {
        return WAIT_FOREVER;
    }
    const mp_float_t length_s = mp_obj_get_float(timeout);
    if (!(length_s >= 0 && length_s <= MOST_S)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("a timeout is 0 to %d seconds, or None"), MOST_S);
    }
    return clock_monotonic_ns() + (uint64_t)(length_s * NS_PER_SECOND);
}

void wait_once(uint64_t deadline_ns) {
    if (deadline_ns == WAIT_FOREVER) {
        mp_event_wait_indefinite();
        return;
    }
    const uint64_t now_ns = clock_monotonic_ns();
    if (now_ns >= deadline_ns) {
        mp_raise_OSError(MP_ETIMEDOUT);
    }
    const uint64_t left_ms = (deadline_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS;
    mp_event_wait_ms(left_ms < MOST_WAIT_MS ? left_ms : MOST_WAIT_MS);
}
