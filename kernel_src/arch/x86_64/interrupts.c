/*
 * The I/O APIC and the local APIC. Intel SDM volume 3, chapter 11; 82093AA I/O APIC datasheet, section 3.2.
 * Their registers lie where every PC has them; paging.c maps them uncached.
 */
#include "interrupts.h"

#include <stddef.h>

#include "core/arch.h"
#include "unikernel/wait.h"

enum {
    LOCAL_APIC = 0xfee00000,
    LOCAL_END_OF_INTERRUPT = 0x0b0,
    LOCAL_SPURIOUS = 0x0f0,
    LOCAL_TIMER = 0x320,
    LOCAL_TIMER_INITIAL = 0x380,
    LOCAL_TIMER_CURRENT = 0x390,
    LOCAL_TIMER_DIVIDE = 0x3e0,
    SPURIOUS_ENABLE = 1 << 8,
    DIVIDE_BY_1 = 0x0b,

    IO_APIC = 0xfec00000,
    IO_SELECT = 0x00,
    IO_WINDOW = 0x10,
    IO_REDIRECTION = 0x10, /* two registers a pin; edge, active high, fixed, to processor 0 */
};

static void (*line_handler)(void *);
static void *line_argument;

/* Nanoseconds that the timer had counted when it was last armed, and what it was armed with. */
static uint64_t reference_base;
static uint32_t armed;

static volatile uint32_t *local(uint32_t offset) {
    return (volatile uint32_t *)(uintptr_t)(LOCAL_APIC + offset);
}

static void io_write(uint32_t index, uint32_t value) {
    *(volatile uint32_t *)(uintptr_t)(IO_APIC + IO_SELECT) = index;
    *(volatile uint32_t *)(uintptr_t)(IO_APIC + IO_WINDOW) = value;
}

void interrupts_init(void) {
    *local(LOCAL_SPURIOUS) = SPURIOUS_ENABLE | VECTOR_SPURIOUS;
    *local(LOCAL_TIMER_DIVIDE) = DIVIDE_BY_1;
    *local(LOCAL_TIMER) = VECTOR_TIMER;
    armed = UINT32_MAX;
    *local(LOCAL_TIMER_INITIAL) = armed;
}

void arch_interrupt_attach(unsigned pin, void (*handler)(void *), void *argument) {
    line_handler = handler;
    line_argument = argument;
    io_write(IO_REDIRECTION + 2 * pin + 1, 0);
    io_write(IO_REDIRECTION + 2 * pin, VECTOR_LINE);
}

void arch_timer_arm(uint64_t ns) {
    reference_base += armed - *local(LOCAL_TIMER_CURRENT);
    armed = ns == 0 ? 1 : ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX;
    *local(LOCAL_TIMER_INITIAL) = armed;
}

uint64_t arch_reference_ns(void) {
    return reference_base + (armed - *local(LOCAL_TIMER_CURRENT));
}

/* Called by trap.S. */

void interrupt_timer(void) {
    wait_wake();
    *local(LOCAL_END_OF_INTERRUPT) = 0;
}

void interrupt_line(void) {
    line_handler(line_argument);
    *local(LOCAL_END_OF_INTERRUPT) = 0;
}
