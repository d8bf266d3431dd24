/* Interrupt vectors, as tables.S has their gates, and what trap.S calls for them. */
#pragma once

#include "layout.h"

/* Where every PC has the controllers, each with the addresses that are its own: interrupt messages go to the local
 * APIC's. Intel SDM volume 3, section 11.11; ICH9 datasheet, section 9.4. */
enum {
    IO_APIC = 0xfec00000,
    LOCAL_APIC = 0xfee00000,
    APIC_BYTES = 0x100000,
};

enum {
    VECTOR_TIMER = 32,
    VECTOR_LINE = 33, /* the first of LINES */
    VECTOR_SPURIOUS = 47,
};

void interrupts_init(void);
void interrupt_timer(void);
void interrupt_line(unsigned line);
