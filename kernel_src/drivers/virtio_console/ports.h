/* The ports of all virtio consoles: asked for once, then known by name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unikernel/device.h"
#include "unikernel/input.h"
#include "unikernel/virtio.h"

enum { PORT_NAME_BYTES = 32, PORT_BUFFERS = 4, PORT_BUFFER_BYTES = 1024 };

struct serial; /* one virtio console */

struct port {
    char name[PORT_NAME_BYTES]; /* empty as long as it is not known */
    struct serial *serial;
    struct virtq in, out;
    uint16_t in_index, out_index;
    bool there, asked;    /* during the start: the device has announced it; it was asked for its name */
    bool changing;        /* `out` is in the middle of a change: a panic leaves it alone */
    struct input *input;  /* filled by the interrupt; NULL: not open */
    struct port *breaks;  /* whatever comes here interrupts that port, and is not kept */
    struct device device; /* for who opens it as a channel */
};

/* The port of that name, open, or NULL; the first call brings all virtio consoles up. */
struct port *port_named(const char *name);

/* Takes what has come into the input, as far as it has room; from the interrupt, or with interrupts off. */
void port_receive(struct port *port);

/* Gives the device bytes and waits, for as long as it takes, until they are handed over. */
void port_send(struct port *port, const void *bytes, size_t length);

/* The same from a broken machine, without interrupts and not for long. */
void port_send_in_panic(struct port *port, const void *bytes, uint32_t length);
