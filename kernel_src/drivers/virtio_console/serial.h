/* One virtio console: its control queue, and its ports by number. */
#pragma once

#include "ports.h"

enum { CONTROL_BUFFERS = 16, CONTROL_BYTES = 64, CONTROL_HEAD_BYTES = 8 };

/* VIRTIO 1.2, section 5.3.6.2; a name follows. */
struct control {
    uint32_t port;
    uint16_t event;
    uint16_t value;
    char name[CONTROL_BYTES - CONTROL_HEAD_BYTES];
};

struct serial {
    struct serial *next;
    struct virtio *device;
    bool failed; /* it lied, or fell silent: it is given nothing more */
    struct virtq control_in, control_out;
    struct control out;
    struct control in[CONTROL_BUFFERS];
    uint32_t count;
    struct port ports[]; /* by number */
};

/* Brings a device up and learns its ports; NULL where that fails. */
struct serial *serial_start(struct virtio *device);

/* One of its queues by number, as section 5.3.2 has them; NULL behind the last. */
const struct virtq *serial_queue(const struct serial *serial, uint16_t number);

/* It cannot be trusted any more. */
void serial_abandon(struct serial *serial);
