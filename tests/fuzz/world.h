/* The kernel around a driver: memory, time, interrupts. Whenever the driver looks at anything, the devices have their
 * turn. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Begins anew; without a clock time stands still at 0, as before a Clock has come up. `turn` is that of the devices. */
void world_start(bool clock, void (*turn)(void));
void world_end(void); /* frees what was taken */

/* The driver is asked for something; it has a number of steps for that, more than any should need. */
void world_operation(void);
void world_step(void); /* ends the program when they are spent */

uint64_t world_ns(void); /* since the start, whether or not there is a clock */

void world_interrupt(void);     /* calls one of the handlers that were attached, unless interrupts are off */
void world_interrupt_all(void); /* each of them */

/* Called instead of the devices' turn when the driver waits and the input has run out. */
void world_late(void (*late)(void));
