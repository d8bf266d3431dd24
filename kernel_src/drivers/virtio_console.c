/*
 * A console over virtio, and channels beside it. VIRTIO 1.2, section 5.3, with VIRTIO_CONSOLE_F_MULTIPORT.
 *
 * Each is a port, found by its name, which is the device's or the channel's: never by the order in which the machine
 * lists ports. Input waits in a ring, and when that is full in the device and behind it: nothing is lost. Output is
 * handed over when a write returns, and waits as long as the host does not read.
 *
 * A virtio console knows no break. So a port of its own, named DEVICE.break, is for that: whatever comes there is one,
 * also while the input is full.
 */
#include "virtio_console.h"

#include <errno.h>

#include "core/arch.h"
#include "unikernel/console.h"
#include "virtio_console/ports.h"
#include "virtio_console/serial.h"

static const char BREAK[] = ".break";

static bool break_name(char *into, const char *name) {
    size_t at = 0;
    for (; name[at] != 0; at++) {
        if (at + sizeof BREAK >= PORT_NAME_BYTES) {
            return false;
        }
        into[at] = name[at];
    }
    for (size_t i = 0; i < sizeof BREAK; i++) {
        into[at + i] = BREAK[i];
    }
    return true;
}

static int init(struct device *self) {
    struct port *port = port_named(self->name);
    if (port == NULL) {
        return -ENODEV;
    }
    char name[PORT_NAME_BYTES];
    struct port *breaks = break_name(name, self->name) ? port_named(name) : NULL;
    if (breaks != NULL) {
        breaks->breaks = port;
    }
    self->state = port;
    return 0;
}

static void write(struct device *self, const void *bytes, size_t length) {
    port_send(self->state, bytes, length);
}

static bool readable(struct device *self) {
    const struct port *port = self->state;
    return input_waiting(port->input) > 0;
}

static size_t read(struct device *self, void *bytes, size_t length) {
    struct port *port = self->state;
    const size_t count = input_read(port->input, bytes, length);
    if (count > 0 && virtq_ready(&port->in)) { /* it may have waited for room */
        const bool on = arch_interrupts_off();
        port_receive(port);
        arch_interrupts_restore(on);
    }
    return count;
}

static void set_interrupt(struct device *self, int character, void (*notify)(void)) {
    const struct port *port = self->state;
    input_set_interrupt(port->input, character, notify);
}

static void panic_write(struct device *self, const void *bytes, size_t length) {
    port_send_in_panic(self->state, bytes, (uint32_t)length);
}

static const struct virtq *queue(struct device *self, uint16_t number) {
    const struct port *port = self->state;
    return serial_queue(port->serial, number);
}

static const struct driver channel_driver;

static struct device *channel(struct device *self, const char *name) {
    (void)self;
    struct port *port = port_named(name);
    if (port == NULL || port->breaks != NULL) {
        return NULL;
    }
    port->device = (struct device){.name = port->name, .driver = &channel_driver, .state = port};
    return &port->device;
}

static const struct console_operations operations = {
    .write = write,
    .read = read,
    .readable = readable,
    .set_interrupt = set_interrupt,
    .panic_write = panic_write,
    .channel = channel,
};

static const struct driver channel_driver = {
    .class_name = "Channel",
    .provides = INTERFACE_CONSOLE,
    .operations = &operations,
};

const struct driver virtio_console_driver = {
    .class_name = "VirtioConsole",
    .provides = INTERFACE_CONSOLE,
    .operations = &operations,
    .init = init,
    .queue = queue,
};
