/*
 * The input of a console, for its driver: what has come and waits to be read, and the character that interrupts. It is
 * filled from the driver's interrupt, or with interrupts off, and read by whoever reads the console.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { INPUT_BYTES = 4096 }; /* a power of two */

struct input {
    volatile uint32_t head, tail; /* written by the interrupt, and by the reader; both only grow */
    int character;                /* the one that interrupts; -1: none */
    void (*notify)(void);         /* called when it does; NULL: nothing interrupts */
    unsigned char ring[INPUT_BYTES];
};

static inline uint32_t input_waiting(const struct input *input) {
    return input->head - input->tail;
}

static inline uint32_t input_room(const struct input *input) {
    return INPUT_BYTES - input_waiting(input);
}

/* Keeps a byte, for which there is room; one that interrupts is not kept. */
void input_keep(struct input *input, unsigned char byte);

/* Notices an interrupt that came by another way than among the bytes. */
void input_interrupt(const struct input *input);

/* As in console.h. */
size_t input_read(struct input *input, void *bytes, size_t length);
void input_set_interrupt(struct input *input, int character, void (*notify)(void));
