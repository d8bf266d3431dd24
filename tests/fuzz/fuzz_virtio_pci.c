/* sources: drivers/virtio/pci.c drivers/virtio/virtq.c
 * beside: exercise.c input.c inside_virtio.c windows.c world.c */
/*
 * PCI functions whose configuration space is anything: two sound ones, changed as the input says, and a change now and
 * then while they are read. Nothing is written there but what a driver has to write, and no register is touched beyond
 * its window.
 */
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "drivers/virtio/virtio.h"
#include "exercise.h"
#include "input.h"
#include "inside.h"
#include "windows.h"
#include "world.h"

enum { SPACE_BYTES = 256, FUNCTIONS = 2, APART = 8, COMMAND = 4, HEADER_BYTES = 0x40, CHANGES = 24, SELDOM = 16 };

/* A modern disk, as QEMU shows it: its registers in base address 4, of 64 bits, MSI-X in base address 1. */
static const unsigned char sound[SPACE_BYTES] = {
    [0x00] = 0xf4, [0x01] = 0x1a, [0x02] = 0x42, [0x03] = 0x10, /* vendor, device */
    [0x06] = 0x10,                                              /* has capabilities */
    [0x17] = 0xfe,                                              /* base address 1 */
    [0x20] = 0x0c, [0x24] = 0x80,                               /* base address 4 */
    [0x34] = 0x40,                                              /* the list */
    [0x40] = 0x11, [0x41] = 0x4c, [0x44] = 0x01,                /* MSI-X */
    [0x4c] = 0x09, [0x4d] = 0x60, [0x4e] = 0x14, [0x4f] = 2,    /* doorbells */
    [0x50] = 0x04, [0x55] = 0x30, [0x59] = 0x10, [0x5c] = 0x04, [0x60] = 0x09, [0x61] = 0x70, [0x62] = 0x10,
    [0x63] = 4, /* the device's own */
    [0x64] = 0x04, [0x69] = 0x20, [0x6c] = 0x40, [0x70] = 0x09, [0x71] = 0x00, [0x72] = 0x10, [0x73] = 1, /* common */
    [0x74] = 0x04, [0x7c] = 0x38,
};

static unsigned char space[FUNCTIONS][SPACE_BYTES];

static void change(void) {
    input_change(space[input_below(FUNCTIONS)], SPACE_BYTES);
}

static void turn(void) {
    switch (input_below(SELDOM)) {
    case 0:
        change();
        break;
    case 1:
        windows_turn();
        break;
    case 2:
        world_interrupt();
        break;
    default:
        break;
    }
}

uint32_t arch_pci_read(uint16_t function, uint8_t offset) {
    CHECK(offset % sizeof(uint32_t) == 0);
    world_step();
    uint32_t value = UINT32_MAX;
    if (function % APART == 0 && function / APART < FUNCTIONS) {
        memcpy(&value, &space[function / APART][offset], sizeof value);
    }
    return value;
}

/* Of the header the command alone is written; the rest says who and where the device is. */
void arch_pci_write(uint16_t function, uint8_t offset, uint32_t value) {
    CHECK(offset % sizeof(uint32_t) == 0 && (offset == COMMAND || offset >= HEADER_BYTES));
    CHECK(function % APART == 0 && function / APART < FUNCTIONS);
    memcpy(&space[function / APART][offset], &value, sizeof value);
}

void virtio_mmio_find(void) {
}

/* The common structure, as far as it is one: version 1, queues of 8. */
static void fill(unsigned char *bytes, uint64_t length) {
    enum { OFFERED = 0x04, QUEUE_SIZE = 0x18, COMMON_BYTES = 0x38 };
    if (length >= COMMON_BYTES) {
        bytes[OFFERED] = 1;
        bytes[QUEUE_SIZE] = 8;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    world_start(true, turn);
    windows_start(fill);
    for (unsigned i = 0; i < FUNCTIONS; i++) {
        memcpy(space[i], sound, SPACE_BYTES);
    }
    for (uint32_t i = input_below(CHANGES); i > 0; i--) {
        change();
    }
    exercise_all();
    struct virtio *device;
    for (unsigned i = 0; (device = virtio_number(i)) != NULL; i++) {
        CHECK((uintptr_t)device->pci.common % sizeof(uint32_t) == 0); /* which clang does not check of volatile words */
        CHECK((uintptr_t)device->pci.device % sizeof(uint32_t) == 0);
        for (unsigned queue = 0; queue < VIRTIO_QUEUES; queue++) {
            CHECK((uintptr_t)device->pci.doorbells[queue] % sizeof(uint16_t) == 0);
        }
    }
    windows_end();
    world_end();
    forget_virtio();
    return 0;
}
