/* sources: core/input.c drivers/virtio_console.c drivers/virtio_console/serial.c drivers/virtio/virtq.c
 * beside: fake_device.c fake_serial.c input.c inside_console.c inside_virtio.c side.c world.c */
/*
 * Consoles that lie, and an honest one among them: what is read was sent, bringing up ends, a console that was given up
 * is given nothing more, and the honest one loses no byte either way. A host that does not read is waited for as long
 * as it takes, so every console reads in the end.
 */
#include "drivers/virtio_console.h"

#include <string.h>

#include "check.h"
#include "drivers/virtio_console/serial.h"
#include "fake_serial.h"
#include "input.h"
#include "inside.h"
#include "seam.h"
#include "unikernel/console.h"
#include "world.h"

enum { CONSOLES = 2, OPERATIONS_MOST = 32, BYTES_MOST = 2048 };
enum { WRITE, READ, SEND, CHANNEL, INTERRUPT, OPERATIONS };

#define PATIENCE_MOST_NS 300000000000ull

static const char *const names[CONSOLES] = {"honest", "other"};
static struct fake_serial serials[CONSOLES];
static struct device in_stack[CONSOLES];
static unsigned char buffers[CONSOLES][BYTES_MOST];
static uint32_t got[CONSOLES], written[CONSOLES];
static unsigned present;

void virtio_mmio_find(void) {
    for (unsigned i = 0; i < present; i++) {
        fake_present(&serials[i].device);
    }
}

void virtio_pci_find(void) {
}

void seam_published(const volatile void *place) {
    for (unsigned i = 0; i < present; i++) {
        fake_published(&serials[i].device, place);
    }
}

static void turn(void) {
    const uint32_t which = input_below(CONSOLES * 2);
    if (which < present) {
        fake_turn(&serials[which].device);
    }
}

static void late(void) {
    for (unsigned i = 0; i < present; i++) {
        serial_late(&serials[i]);
    }
}

static void interrupted(void) {
}

static void bring_up(void) {
    const bool first = input_below(2);
    present = 1 + input_below(CONSOLES);
    for (unsigned i = 0; i < present; i++) {
        const bool honest = present == 1 || i == first;
        serial_fake(&serials[i], names[!honest], honest, input_below(2));
        got[i] = written[i] = 0;
    }
    for (unsigned i = 0; i < CONSOLES; i++) {
        const uint64_t start_ns = world_ns();
        world_operation();
        in_stack[i] = (struct device){.name = names[i], .driver = &virtio_console_driver};
        in_stack[i].status = virtio_console_driver.init(&in_stack[i]);
        CHECK(in_stack[i].status <= 0 && world_ns() - start_ns <= PATIENCE_MOST_NS);
    }
    CHECK(in_stack[0].status == 0);
}

/* Of an honest console, all that was sent has come, in its order. */
static void read(struct device *device, struct fake_serial *serial, unsigned which, size_t length) {
    const struct console_operations *console = virtio_console_driver.operations;
    const size_t count = console->read(device, buffers[which], length);
    CHECK(count <= length);
    for (size_t i = 0; i < count && serial->device.honest; i++) {
        CHECK(buffers[which][i] == serial_byte(got[which]++));
    }
    CHECK(!serial->device.honest || got[which] <= serial->sent);
    CHECK(!serial->device.honest || length == 0 || count > 0 || got[which] == serial->sent);
}

static void write(struct device *device, struct fake_serial *serial, unsigned which, size_t length) {
    const struct console_operations *console = virtio_console_driver.operations;
    for (size_t i = 0; i < length; i++) {
        buffers[which][i] = serial_byte(written[which] + (uint32_t)i);
    }
    console->write(device, buffers[which], length);
    written[which] += (uint32_t)length;
    for (size_t i = 0; i < length && serial->device.honest; i++) {
        const uint32_t at = written[which] - 1 - (uint32_t)i;
        CHECK(serial->received == written[which] && serial->kept[at % SERIAL_KEPT] == serial_byte(at));
    }
}

static void one_operation(void) {
    const struct console_operations *console = virtio_console_driver.operations;
    struct device *device = &in_stack[input_below(CONSOLES)];
    const uint32_t what = input_below(OPERATIONS);
    const size_t length = input_number(2) % (BYTES_MOST + 1);
    if (device->status != 0) {
        return;
    }
    const struct port *port = device->state;
    struct fake_serial *serial = (struct fake_serial *)fake_of(port->serial->device);
    const unsigned which = (unsigned)(serial - serials);
    world_operation();
    switch (what) {
    case WRITE:
        write(device, serial, which, length);
        break;
    case READ:
        read(device, serial, which, length);
        break;
    case SEND:
        serial_sends(serial, (uint32_t)length);
        world_interrupt_all();
        break;
    case CHANNEL:
        (void)console->channel(device, names[length % CONSOLES]);
        (void)console->readable(device);
        break;
    default:
        console->set_interrupt(device, serial->device.honest ? -1 : (int)length, interrupted);
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    world_start(input_below(2) == 0, turn);
    world_late(late);
    bring_up();
    for (int i = 0; i < OPERATIONS_MOST && !input_over(); i++) {
        one_operation();
    }
    world_operation();
    const struct console_operations *console = virtio_console_driver.operations;
    console->panic_write(&in_stack[0], buffers[0], BYTES_MOST);
    world_end();
    forget_console();
    forget_virtio();
    return 0;
}
