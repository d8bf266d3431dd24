/*
 * Work beside the app: what has come in, or is due, is dealt with whenever the machine would wait, and between two
 * bytecodes of Python that computes. One at a time, never from an interrupt.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct background {
    bool (*work)(void);       /* does what there is to do, without waiting; whether there was any */
    uint64_t (*due_ns)(void); /* when there is more to do at the latest, by the monotonic clock; or WAIT_FOREVER */
    bool (*finish)(void);     /* NULL, or before the machine ends, again and again: whether there is more to finish */
    struct background *next;  /* the list's */
};

/* Adds it, for good. */
void background_add(struct background *each);

/* Does all there is to do; whether there was any. Called from within, it does nothing. */
bool background_work(void);

/* When there is more to do at the latest. */
uint64_t background_due_ns(void);

/* Before the machine ends: lets what was begun be finished, for a second at most. */
void background_finish(void);

/* From interrupt context: there is something to do. It wakes whoever waits, and calls the runtime's hook. */
void background_notice(void);

/* There is something to do between two bytecodes, or before the next wait. */
void background_soon(void);

/* What both call, the first from interrupt context. */
void background_set_hook(void (*hook)(void));
