/* The ports of virtio consoles, and what goes through them. */
#include "ports.h"

#include <errno.h>

#include "serial.h"
#include "unikernel/clock.h"

#define PATIENCE_NS   1000000000ull
#define PANIC_TICKS   2000000000ull /* a second, or some */
#define REQUEST_BYTES (1u << 30)

static struct serial *serials;
static bool started;

static void start_all(void) {
    struct virtio *device = NULL;
    while ((device = virtio_next(device, VIRTIO_CONSOLE)) != NULL) {
        struct serial *serial = serial_start(device);
        if (serial != NULL) {
            serial->next = serials;
            serials = serial;
        }
    }
}

static bool equal(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

struct port *port_named(const char *name) {
    if (!started) {
        started = true;
        start_all();
    }
    for (struct serial *serial = serials; serial != NULL; serial = serial->next) {
        for (uint32_t i = 0; i < serial->count; i++) {
            struct port *port = &serial->ports[i];
            if (port->input != NULL && equal(port->name, name)) {
                return port;
            }
        }
    }
    return NULL;
}

static void keep(struct port *port, const unsigned char *bytes, uint32_t length) {
    if (port->breaks != NULL) {
        input_interrupt(port->breaks->input);
        return;
    }
    for (uint32_t i = 0; i < length; i++) {
        input_keep(port->input, bytes[i]);
    }
}

/* No more buffers than there are: a device that gives them back at once must not hold the machine. */
void port_receive(struct port *port) {
    bool given = false;
    for (int i = 0; i < PORT_BUFFERS && !port->serial->failed && input_room(port->input) >= PORT_BUFFER_BYTES; i++) {
        void *buffer;
        uint32_t written;
        if (virtq_take(&port->in, &buffer, &written) != 1) {
            break;
        }
        keep(port, buffer, written);
        const struct virtq_piece piece = {buffer, PORT_BUFFER_BYTES, true};
        given |= virtq_add(&port->in, &piece, 1, buffer) == 0;
    }
    if (given) {
        virtio_notify(port->serial->device, port->in_index);
    }
}

static bool add(struct port *port, const void *bytes, uint32_t length, void *token) {
    const struct virtq_piece piece = {bytes, length, false};
    port->changing = true;
    const int error = virtq_add(&port->out, &piece, 1, token);
    port->changing = false;
    if (error == 0) {
        virtio_notify(port->serial->device, port->out_index);
    }
    return error == 0;
}

static bool taken_back(struct port *port) {
    void *token;
    uint32_t written;
    port->changing = true;
    const int count = virtq_take(&port->out, &token, &written);
    port->changing = false;
    return count == 1;
}

/* The bytes are read where they lie: nothing is copied, so nothing may change before they are handed over. */
void port_send(struct port *port, const void *bytes, size_t length) {
    const unsigned char *at = bytes;
    while (length > 0 && !port->serial->failed) {
        const uint32_t some = length < REQUEST_BYTES ? (uint32_t)length : REQUEST_BYTES;
        int error = add(port, at, some, port) ? -ETIMEDOUT : -EIO;
        while (error == -ETIMEDOUT) { /* the host reads slowly, and may */
            error = virtio_wait(&port->out, PATIENCE_NS);
        }
        if (error != 0 || !taken_back(port)) {
            serial_abandon(port->serial);
        }
        at += some;
        length -= some;
    }
}

void port_send_in_panic(struct port *port, const void *bytes, uint32_t length) {
    if (port->changing || port->serial->failed || length == 0 || !add(port, bytes, length, &port->breaks)) {
        return;
    }
    const uint64_t start = clock_ticks();
    while (clock_ticks() - start < PANIC_TICKS) {
        void *token;
        uint32_t written;
        const int count = virtq_take(&port->out, &token, &written);
        if (count < 0 || (count == 1 && token == &port->breaks)) {
            return;
        }
    }
    port->serial->failed = true; /* nobody reads: the rest is in the record alone */
}
