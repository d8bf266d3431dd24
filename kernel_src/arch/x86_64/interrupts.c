/*
 * The I/O APIC and the local APIC. Intel SDM volume 3, chapter 11; 82093AA I/O APIC datasheet, section 3.2.
 * Their registers are mapped uncached by paging.c.
 */
#include "interrupts.h"

#include <errno.h>
#include <stddef.h>

#include "core/arch.h"
#include "core/reference.h"
#include "unikernel/port.h"
#include "unikernel/wait.h"

enum {
    LOCAL_END_OF_INTERRUPT = 0x0b0,
    LOCAL_SPURIOUS = 0x0f0,
    LOCAL_REQUESTED = 0x200, /* a bit a vector, in registers of 32; set until the processor takes the interrupt */
    LOCAL_TIMER = 0x320,
    LOCAL_TIMER_INITIAL = 0x380,
    LOCAL_TIMER_CURRENT = 0x390,
    LOCAL_TIMER_DIVIDE = 0x3e0,
    SPURIOUS_ENABLE = 1 << 8,
    TIMER_PERIODIC = 1 << 17,
    DIVIDE_BY_1 = 0x0b,

    PIC_PRIMARY_MASK = 0x21,
    PIC_SECONDARY_MASK = 0xa1,
    PIC_ALL = 0xff,

    IO_SELECT = 0x00,
    IO_WINDOW = 0x10,
    IO_REDIRECTION = 0x10, /* two registers a pin; edge, active high, fixed, to processor 0 */
};

/* Each attached line or message has a vector of its own, for which tables.S has a gate. */
static struct line {
    void (*handler)(void *);
    void *argument;
} lines[LINES];
static unsigned line_count;

static volatile uint32_t *local(uint32_t offset) {
    return (volatile uint32_t *)(uintptr_t)(LOCAL_APIC + offset);
}

static void io_write(uint32_t index, uint32_t value) {
    *(volatile uint32_t *)(uintptr_t)(IO_APIC + IO_SELECT) = index;
    *(volatile uint32_t *)(uintptr_t)(IO_APIC + IO_WINDOW) = value;
}

/*
 * The timer counts nanoseconds, down and over again: so that, when it has run out and the interrupt comes late, what it
 * shows still tells how late. Each run from one start to the next is a window; windows whose length is sure add up.
 */
enum {
    SHORTEST_NS = 10000, /* less would only run out many times before it is noticed */
    LOOKS = 3,
};

static struct arch_reference watched;
static uint32_t period_ns;
static struct arch_reference window_start; /* the counter, and the nanoseconds into the period */

/* The closest of some looks: the first one after a sleep is slow, and one may be held up in its middle. */
static struct arch_reference timer_now(void) {
    struct arch_reference now = {0};
    uint64_t closest = UINT64_MAX;
    for (int i = 0; i < LOOKS; i++) {
        const uint64_t before = arch_ticks();
        const uint32_t left = *local(LOCAL_TIMER_CURRENT);
        const uint64_t width = arch_ticks() - before;
        if (width <= closest) {
            closest = width;
            now = (struct arch_reference){before + width / 2, period_ns - left};
        }
    }
    return now;
}

/* The start takes an emulator so long that the window begins by a look of its own. */
static void timer_start(uint32_t ns) {
    *local(LOCAL_TIMER_INITIAL) = ns;
    period_ns = ns;
    window_start = timer_now();
}

/* Whether the interrupt waits to be taken. */
static bool timer_requested(void) {
    return (*local(LOCAL_REQUESTED + VECTOR_TIMER / 32 * 16) >> VECTOR_TIMER % 32 & 1) != 0;
}

/* `ran_out` where the interrupt is being handled; one that still waits, and did so at the look, is seen here. */
static struct arch_reference timer_watched(bool ran_out) {
    const struct arch_reference now = timer_now();
    ran_out = ran_out || (timer_requested() && now.ns < period_ns / 2);
    return reference_add(watched, now.ticks - window_start.ticks, now.ns - window_start.ns, period_ns, ran_out);
}

static void timer_restart(uint32_t ns, bool ran_out) {
    watched = timer_watched(ran_out);
    timer_start(ns);
}

void interrupts_init(void) {
    /* A firmware leaves the old controllers' lines open, on the vectors of exceptions. 8259A datasheet, OCW1. */
    port_write8(PIC_PRIMARY_MASK, PIC_ALL);
    port_write8(PIC_SECONDARY_MASK, PIC_ALL);
    *local(LOCAL_SPURIOUS) = SPURIOUS_ENABLE | VECTOR_SPURIOUS;
    *local(LOCAL_TIMER_DIVIDE) = DIVIDE_BY_1;
    *local(LOCAL_TIMER) = TIMER_PERIODIC | VECTOR_TIMER;
    timer_start(UINT32_MAX);
}

/* The vector of a new line, or 0. */
static unsigned line_add(void (*handler)(void *), void *argument) {
    if (line_count == LINES) {
        return 0;
    }
    const unsigned vector = VECTOR_LINE + line_count;
    lines[line_count++] = (struct line){handler, argument};
    return vector;
}

int arch_interrupt_attach(unsigned pin, void (*handler)(void *), void *argument) {
    const unsigned vector = line_add(handler, argument);
    if (vector == 0) {
        return -ENOSPC;
    }
    io_write(IO_REDIRECTION + 2 * pin + 1, 0);
    io_write(IO_REDIRECTION + 2 * pin, vector);
    return 0;
}

/* Fixed, edge, to processor 0: Intel SDM volume 3, section 11.11. */
int arch_message_attach(void (*handler)(void *), void *argument, uint64_t *address, uint32_t *data) {
    const unsigned vector = line_add(handler, argument);
    *address = LOCAL_APIC;
    *data = vector;
    return vector == 0 ? -ENOSPC : 0;
}

void arch_timer_arm(uint64_t ns) {
    timer_restart(ns < SHORTEST_NS ? SHORTEST_NS : ns < UINT32_MAX ? (uint32_t)ns : UINT32_MAX, false);
}

struct arch_reference arch_reference(void) {
    const bool on = arch_interrupts_off();
    const struct arch_reference now = timer_watched(false);
    arch_interrupts_restore(on);
    return now;
}

/* Called by trap.S. */

void interrupt_timer(void) {
    timer_restart(UINT32_MAX, true);
    wait_wake();
    *local(LOCAL_END_OF_INTERRUPT) = 0;
}

void interrupt_line(unsigned line) {
    lines[line].handler(lines[line].argument);
    *local(LOCAL_END_OF_INTERRUPT) = 0;
}
