/* Waiting: the one place where the machine sleeps. */
#pragma once

#include <stdint.h>

#define WAIT_FOREVER UINT64_MAX

/* Halts until an interrupt has noted an event since the last call, or until the monotonic clock reaches the deadline;
 * returns at once if an event is noted already. Wakes may be spurious: the caller looks again. */
void wait_until(uint64_t deadline_ns);

/* From now on a wait looks for a while before it halts: for who is answered sooner than a processor wakes. */
void wait_eagerly(void);

/* Notes an event and wakes the waiter; from interrupt context. */
void wait_wake(void);
