/*
 * Bringing a virtio console up. VIRTIO 1.2, sections 5.3.2 (queues), 5.3.4 (configuration) and 5.3.6.2 (the control
 * queue): the device announces its ports, tells their names when they are said to be ready, and takes input for those
 * that are open.
 */
#include "serial.h"

#include "core/arch.h"
#include "unikernel/memory.h"

enum {
    CONTROL_IN = 2,
    CONTROL_OUT = 3,
    CONTROL_OUT_SIZE = 2,
    OUT_SIZE = 2, /* one for who writes, one for a panic meanwhile */
    PORTS_MOST = (VIRTIO_QUEUES - 2) / 2,
    CONFIG_PORTS = 4,
    ROUNDS = 64, /* of questions and answers: a device that needs more is making fun of us */

    DEVICE_READY = 0,
    PORT_ADD = 1,
    PORT_READY = 3,
    PORT_OPEN = 6,
    PORT_NAME = 7,
};

#define FEATURE_PORTS (1ull << 1) /* 5.3.3, VIRTIO_CONSOLE_F_MULTIPORT */
#define PATIENCE_NS   1000000000ull

const struct virtq *serial_queue(const struct serial *serial, uint16_t number) {
    if (number == CONTROL_IN || number == CONTROL_OUT) {
        return number == CONTROL_IN ? &serial->control_in : &serial->control_out;
    }
    const uint32_t port = number < CONTROL_IN ? 0 : number / 2 - 1u;
    const struct port *its = &serial->ports[port];
    return port >= serial->count ? NULL : number % 2 == 0 ? &its->in : &its->out;
}

void serial_abandon(struct serial *serial) {
    serial->failed = true;
    virtio_abandon(serial->device);
}

/* Tells the device something, and waits until it has read it. */
static void tell(struct serial *serial, uint32_t port, uint16_t event, uint16_t value) {
    const struct virtq_piece piece = {&serial->out, CONTROL_HEAD_BYTES, false};
    void *token;
    uint32_t written;
    if (serial->failed) {
        return;
    }
    serial->out = (struct control){.port = port, .event = event, .value = value};
    if (virtq_add(&serial->control_out, &piece, 1, serial) == 0) {
        virtio_notify(serial->device, CONTROL_OUT);
        if (virtio_wait(&serial->control_out, PATIENCE_NS) == 0 &&
            virtq_take(&serial->control_out, &token, &written) == 1) {
            return;
        }
    }
    serial_abandon(serial);
}

static void listen(struct serial *serial, struct control *buffer) {
    const struct virtq_piece piece = {buffer, sizeof *buffer, true};
    if (serial->failed) {
        return;
    }
    (void)virtq_add(&serial->control_in, &piece, 1, buffer);
    virtio_notify(serial->device, CONTROL_IN);
}

/* The name is not said to end. One that is too long is none: cut, it could be another's. */
static void take_name(struct port *port, const struct control *message, uint32_t written) {
    const uint32_t length = written - CONTROL_HEAD_BYTES;
    if (length > PORT_NAME_BYTES - 1) {
        return;
    }
    for (uint32_t i = 0; i < length; i++) {
        port->name[i] = message->name[i];
    }
    port->name[length] = 0;
}

static void hear(struct serial *serial) {
    void *token;
    uint32_t written;
    for (int i = 0; i < CONTROL_BUFFERS && virtq_take(&serial->control_in, &token, &written) == 1; i++) {
        struct control *message = token;
        const uint32_t number = __atomic_load_n(&message->port, __ATOMIC_RELAXED); /* once: the device can change it */
        if (written >= CONTROL_HEAD_BYTES && number < serial->count) {
            struct port *port = &serial->ports[number];
            const uint16_t event = __atomic_load_n(&message->event, __ATOMIC_RELAXED);
            if (event == PORT_ADD) {
                port->there = true;
            } else if (event == PORT_NAME && port->name[0] == 0) {
                take_name(port, message, written);
            }
        }
        listen(serial, message);
    }
}

/* Asks what is not asked yet; whether every port that is there has its name. */
static bool settled(struct serial *serial) {
    bool any = false, all = true;
    for (uint32_t i = 0; i < serial->count; i++) {
        struct port *port = &serial->ports[i];
        if (port->there && !port->asked) {
            port->asked = true;
            tell(serial, i, PORT_READY, 1);
            hear(serial);
        }
        any |= port->there;
        all &= !port->there || port->name[0] != 0;
    }
    return any && all;
}

static void noticed(void *argument) {
    struct serial *serial = argument;
    for (uint32_t i = 0; i < serial->count; i++) {
        if (serial->ports[i].input != NULL) {
            port_receive(&serial->ports[i]);
        }
    }
}

/* From here on what is sent to the port comes in. */
static void open(struct serial *serial, uint32_t number) {
    struct port *port = &serial->ports[number];
    struct input *input = memory_take(sizeof *input, sizeof(uint64_t));
    unsigned char *buffers = memory_take(PORT_BUFFERS * PORT_BUFFER_BYTES, VIRTQ_ALIGN);
    if (input == NULL || buffers == NULL) {
        return;
    }
    input->head = input->tail = 0;
    input->notify = NULL;
    const bool on = arch_interrupts_off();
    port->input = input;
    for (int i = 0; i < PORT_BUFFERS; i++, buffers += PORT_BUFFER_BYTES) {
        const struct virtq_piece piece = {buffers, PORT_BUFFER_BYTES, true};
        (void)virtq_add(&port->in, &piece, 1, buffers);
    }
    virtio_notify(serial->device, port->in_index);
    arch_interrupts_restore(on);
    tell(serial, number, PORT_OPEN, 1);
}

static struct serial *made(struct virtio *device, uint32_t count) {
    const size_t bytes = sizeof(struct serial) + count * sizeof(struct port);
    struct serial *serial = memory_take(bytes, VIRTQ_ALIGN);
    if (serial == NULL) {
        return NULL;
    }
    for (size_t i = 0; i < bytes; i++) {
        ((unsigned char *)serial)[i] = 0;
    }
    serial->device = device;
    serial->count = count;
    return serial;
}

static int queues(struct serial *serial) {
    struct virtio *device = serial->device;
    int error = virtio_queue(device, CONTROL_IN, CONTROL_BUFFERS, &serial->control_in);
    if (error == 0) {
        error = virtio_queue(device, CONTROL_OUT, CONTROL_OUT_SIZE, &serial->control_out);
    }
    for (uint32_t i = 0; i < serial->count && error == 0; i++) {
        struct port *port = &serial->ports[i];
        port->serial = serial;
        port->in_index = (uint16_t)(i == 0 ? 0 : 2 * i + 2);
        port->out_index = port->in_index + 1;
        error = virtio_queue(device, port->in_index, PORT_BUFFERS, &port->in);
        if (error == 0) {
            error = virtio_queue(device, port->out_index, OUT_SIZE, &port->out);
        }
        if (error == 0) {
            virtq_interrupts(&port->out, false);
        }
    }
    return error;
}

static struct serial *prepared(struct virtio *device) {
    uint64_t features;
    if (virtio_start(device, FEATURE_PORTS, &features) != 0 || !(features & FEATURE_PORTS)) {
        return NULL;
    }
    const uint32_t most = virtio_config32(device, CONFIG_PORTS);
    struct serial *serial = made(device, most < PORTS_MOST ? most : PORTS_MOST);
    if (serial == NULL || queues(serial) != 0) {
        return NULL;
    }
    virtq_interrupts(&serial->control_in, false);
    virtq_interrupts(&serial->control_out, false);
    return virtio_ready(device, noticed, serial) == 0 ? serial : NULL;
}

struct serial *serial_start(struct virtio *device) {
    struct serial *serial = prepared(device);
    if (serial == NULL) {
        virtio_abandon(device);
        return NULL;
    }
    for (int i = 0; i < CONTROL_BUFFERS; i++) {
        listen(serial, &serial->in[i]);
    }
    tell(serial, 0, DEVICE_READY, 1);
    hear(serial);
    for (int round = 0; round < ROUNDS && !settled(serial) && !serial->failed; round++) {
        if (virtio_wait(&serial->control_in, PATIENCE_NS) != 0) {
            break; /* a port without a name is nobody's */
        }
        hear(serial);
    }
    for (uint32_t i = 0; i < serial->count && !serial->failed; i++) {
        if (serial->ports[i].name[0] != 0) {
            open(serial, i);
        }
    }
    return serial->failed ? NULL : serial;
}
