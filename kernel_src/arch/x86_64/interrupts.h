/* Interrupt vectors, and what trap.S calls for them. */
#pragma once

enum {
    VECTOR_TIMER = 32,
    VECTOR_LINE = 33, /* the first of LINES */
    LINES = 14,
    VECTOR_SPURIOUS = 47,
    VECTOR_LAST = VECTOR_SPURIOUS,
};

void interrupts_init(void);
void interrupt_timer(void);
void interrupt_line(unsigned line);
