/* The input of a console: see input.h. */
#include "unikernel/input.h"

#include <stdbool.h>

#include "arch.h"

void input_keep(struct input *input, unsigned char byte) {
    if (byte == input->character && input->notify != NULL) {
        input->notify();
    } else {
        input->ring[input->head % INPUT_BYTES] = byte;
        input->head = input->head + 1;
    }
}

void input_interrupt(const struct input *input) {
    if (input->notify != NULL) {
        input->notify();
    }
}

size_t input_read(struct input *input, void *bytes, size_t length) {
    unsigned char *out = bytes;
    size_t count = 0;
    for (; count < length && input_waiting(input) > 0; count++) {
        out[count] = input->ring[input->tail % INPUT_BYTES];
        input->tail = input->tail + 1;
    }
    return count;
}

/* Takes the first such character out of what waits to be read; the interrupt is off. */
static bool take(struct input *input, int character) {
    unsigned char *ring = input->ring;
    for (uint32_t i = input->tail; i != input->head; i++) {
        if (ring[i % INPUT_BYTES] == character) {
            for (uint32_t j = i; j != input->tail; j--) {
                ring[j % INPUT_BYTES] = ring[(j - 1) % INPUT_BYTES];
            }
            input->tail = input->tail + 1;
            return true;
        }
    }
    return false;
}

void input_set_interrupt(struct input *input, int character, void (*notify)(void)) {
    const bool on = arch_interrupts_off();
    input->character = character;
    input->notify = notify;
    if (character >= 0 && notify != NULL && take(input, character)) {
        notify(); /* it was typed before this was asked for, but is meant for what runs now */
    }
    arch_interrupts_restore(on);
}
