/*
 * All that was written before is seen by every device before anything is read after.
 *
 * A fence is what that is on a processor. QEMU before 8.1 leaves fences out of the code that it makes for a machine of
 * one processor, though its devices run beside that: either side could miss what the other has just written. What makes
 * QEMU take its lock, as reading a port does, is a fence there too; 0x80 is the port of a PC that nobody answers at.
 */
#pragma once

#include "port_io.h"

static inline void device_barrier(void) {
    enum { NOBODYS_PORT = 0x80 };
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
    (void)port_read8(NOBODYS_PORT);
}
