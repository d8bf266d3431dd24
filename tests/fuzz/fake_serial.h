/* A virtio console with one port, which answers on its control queue and keeps what is sent to it. */
#pragma once

#include "fake_device.h"

enum { SERIAL_KEPT = 1 << 14 };

struct fake_serial {
    struct fake_device device; /* first: the one is found by the other */
    const char *name;          /* of its port */
    uint32_t sent, received;   /* bytes to and from the driver */
    unsigned char kept[SERIAL_KEPT];
};

/* Makes a console, to be presented; a liar that is not eager answers what is sent only when the driver waits. */
void serial_fake(struct fake_serial *serial, const char *name, bool honest, bool eager);

/* Sends up to so many bytes of its sequence, as far as the driver has left buffers. */
void serial_sends(struct fake_serial *serial, uint32_t length);

unsigned char serial_byte(uint32_t index); /* of the sequence */

/* Answers what the driver waits for, however it had been meant to be. */
void serial_late(struct fake_serial *serial);
