/* A barrier where the devices run on the same processor. */
#pragma once

static inline void device_barrier(void) {
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
