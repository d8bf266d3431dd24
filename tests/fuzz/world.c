#include "world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "input.h"
#include "seam.h"
#include "unikernel/clock.h"
#include "unikernel/memory.h"
#include "unikernel/wait.h"

enum {
    STEPS_MOST = 4000000,
    TAKEN_MOST = 64,
    HANDLERS = 16,
    LOOK_NS = 50000,
    MS = 1000000,
    TICKS_STEP_NS = 100000000,
    TICKS_PER_NS = 3,
    PAUSE_SHARE = 64,
    ANYTHING = 0xa5,
};

static uint64_t now_ns, steps, pause;
static bool has_clock, in_turn, in_interrupt, interrupts_on;
static void (*devices_turn)(void), (*when_late)(void);
static void *taken[TAKEN_MOST];
static unsigned taken_count;
static struct {
    void (*call)(void *);
    void *argument;
} handlers[HANDLERS];
static unsigned handler_count;

void world_start(bool clock, void (*turn)(void)) {
    now_ns = steps = pause = 0;
    has_clock = clock;
    interrupts_on = true;
    devices_turn = turn;
    when_late = NULL;
    handler_count = 0;
}

void world_end(void) {
    while (taken_count > 0) {
        free(taken[--taken_count]);
    }
}

uint64_t world_ns(void) {
    return now_ns;
}

void world_operation(void) {
    steps = 0;
}

void world_step(void) {
    CHECK(++steps < STEPS_MOST);
    if (pause > 0) {
        pause--;
    } else if (!in_turn && !input_over()) { /* what a device does gives it no further turn */
        in_turn = true;
        devices_turn();
        in_turn = false;
        pause = input_number(1);
        pause = pause * pause / PAUSE_SHARE;
    }
}

void world_late(void (*late)(void)) {
    when_late = late;
}

void seam_looks(void) {
    world_step();
}

uint64_t clock_monotonic_ns(void) {
    world_step();
    now_ns += LOOK_NS;
    return has_clock ? now_ns : 0;
}

uint64_t clock_ticks(void) {
    world_step();
    now_ns += TICKS_STEP_NS; /* so that patience without a clock ends soon */
    return now_ns * TICKS_PER_NS;
}

void wait_until(uint64_t deadline_ns) {
    world_step();
    const uint64_t wakes_ns = now_ns + input_number(1) * MS;
    now_ns = input_over() || wakes_ns > deadline_ns ? deadline_ns : wakes_ns;
    if (input_over() && when_late != NULL) {
        when_late();
    }
}

void wait_wake(void) {
}

void *memory_take(size_t bytes, size_t align) {
    if (taken_count == TAKEN_MOST) {
        return NULL;
    }
    const size_t rounded = (bytes + align - 1) / align * align;
    void *memory = aligned_alloc(align, rounded);
    return taken[taken_count++] = memset(memory, ANYTHING, rounded);
}

static int attach(void (*handler)(void *), void *argument) {
    if (handler_count == HANDLERS) {
        return -ENOSPC;
    }
    handlers[handler_count].call = handler;
    handlers[handler_count++].argument = argument;
    return 0;
}

int arch_interrupt_attach(unsigned pin, void (*handler)(void *), void *argument) {
    CHECK(pin < 24);
    return attach(handler, argument);
}

int arch_message_attach(void (*handler)(void *), void *argument, uint64_t *address, uint32_t *data) {
    *address = 0xfee00000;
    *data = handler_count;
    return attach(handler, argument);
}

bool arch_interrupts_off(void) {
    const bool on = interrupts_on;
    interrupts_on = false;
    return on;
}

void arch_interrupts_restore(bool on) {
    interrupts_on = on;
}

/* While a handler runs the devices have their turns, too, but interrupt nothing. */
static void interrupt(unsigned which) {
    if (interrupts_on && !in_interrupt) {
        const bool turn = in_turn;
        in_interrupt = true;
        in_turn = false;
        handlers[which].call(handlers[which].argument);
        in_turn = turn;
        in_interrupt = false;
    }
}

void world_interrupt(void) {
    if (handler_count > 0) {
        interrupt(input_below(handler_count));
    }
}

void world_interrupt_all(void) {
    for (unsigned i = 0; i < handler_count; i++) {
        interrupt(i);
    }
}
