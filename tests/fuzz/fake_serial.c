#include "fake_serial.h"

#include <string.h>

#include "check.h"

/* VIRTIO 1.2, section 5.3. */
enum { IN, OUT, CONTROL_IN, CONTROL_OUT, QUEUES = 8, CONFIG_BYTES = 12, CONFIG_PORTS = 4, PORTS = 1 << 1 };
enum { DEVICE_READY = 0, PORT_ADD = 1, PORT_READY = 3, PORT_NAME = 7, HEAD_BYTES = 8 };

struct control {
    uint32_t port;
    uint16_t event, value;
};

unsigned char serial_byte(uint32_t index) {
    enum { PERIOD = 251 };
    return (unsigned char)(index % PERIOD);
}

static void say(struct fake_serial *serial, uint16_t event, const char *name) {
    const struct side_request *request = side_next(&serial->device.sides[CONTROL_IN]);
    if (request == NULL || request->writable < HEAD_BYTES + strlen(name)) {
        return;
    }
    const struct control message = {.event = event, .value = 1};
    unsigned char *bytes = (void *)(uintptr_t)request->pieces[0].bytes;
    memcpy(bytes, &message, sizeof message);
    memcpy(bytes + HEAD_BYTES, name, strlen(name));
    side_give(&serial->device.sides[CONTROL_IN], request, HEAD_BYTES + (uint32_t)strlen(name));
}

static void hear(struct fake_serial *serial, const struct side_request *request) {
    struct control message;
    CHECK(request->count == 1 && request->pieces[0].length == sizeof message);
    memcpy(&message, request->pieces[0].bytes, sizeof message);
    if (message.event == DEVICE_READY) {
        say(serial, PORT_ADD, "");
    } else if (message.event == PORT_READY && message.port == 0) {
        say(serial, PORT_NAME, serial->name);
    }
}

static void take(struct fake_serial *serial, const struct side_request *request) {
    CHECK(request->count == 1 && !request->pieces[0].device_writes);
    for (uint32_t i = 0; i < request->pieces[0].length; i++, serial->received++) {
        serial->kept[serial->received % SERIAL_KEPT] = ((const unsigned char *)request->pieces[0].bytes)[i];
    }
}

static void answer(struct fake_serial *serial, struct side *queue) {
    const struct side_request *request = side_next(queue);
    if (request != NULL) {
        if (queue == &serial->device.sides[OUT]) {
            take(serial, request);
        } else if (queue == &serial->device.sides[CONTROL_OUT]) {
            hear(serial, request);
        }
        side_give(queue, request, 0);
    }
}

static void asked(struct fake_device *device, struct side *queue) {
    const bool out = (queue - device->sides) % 2 == 1; /* every second one, 5.3.2 */
    CHECK(side_newest(queue)->count == 1 && side_newest(queue)->pieces[0].device_writes != out);
    if (out && (device->honest || device->eager)) {
        answer((struct fake_serial *)device, queue);
    }
}

void serial_sends(struct fake_serial *serial, uint32_t length) {
    const struct side_request *request = NULL;
    while (length > 0 && (request = side_next(&serial->device.sides[IN])) != NULL) {
        const uint32_t some = length < request->writable ? length : request->writable;
        for (uint32_t i = 0; i < some; i++) {
            ((unsigned char *)(uintptr_t)request->pieces[0].bytes)[i] = serial_byte(serial->sent++);
        }
        side_give(&serial->device.sides[IN], request, some);
        length -= some;
    }
}

void serial_late(struct fake_serial *serial) {
    for (unsigned i = OUT; i < QUEUES; i += 2) {
        struct side *queue = &serial->device.sides[i];
        if (queue->descriptors != NULL && queue->next != queue->seen) {
            answer(serial, queue);
        } else if (side_newest(queue)->count > 0) { /* it has lied that answer away */
            side_give(queue, side_newest(queue), 0);
        }
    }
}

void serial_fake(struct fake_serial *serial, const char *name, bool honest, bool eager) {
    static const uint8_t shown[CONFIG_BYTES] = {[CONFIG_PORTS] = 1};
    *serial = (struct fake_serial){
        .device = {.type = VIRTIO_CONSOLE,
                   .features = PORTS,
                   .config = shown,
                   .config_bytes = CONFIG_BYTES,
                   .queues = QUEUES,
                   .honest = honest,
                   .eager = eager,
                   .asked = asked},
        .name = name,
    };
}
