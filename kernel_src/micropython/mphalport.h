/* What the runtime asks of the machine: console, time, waiting. */
#pragma once

#include <stdint.h>

#include "shared/runtime/interrupt_char.h"

/* Sleeps until an interrupt has noted something or the time is over; negative: no end. */
void hal_wait_ms(int64_t timeout_ms);
#define MICROPY_INTERNAL_WFE(timeout_ms) hal_wait_ms((int64_t)(int32_t)(timeout_ms))

/* What interrupts change too: the list of what is scheduled. */
uintptr_t interrupt_hold(void);
void interrupt_release(uintptr_t held);
#define MICROPY_BEGIN_ATOMIC_SECTION()   interrupt_hold()
#define MICROPY_END_ATOMIC_SECTION(held) interrupt_release(held)
