/* sources: drivers/virtio/pci.c drivers/virtio/virtio.c drivers/virtio/virtq.c */
/* Configuration spaces: a sound one, and that one with one thing wrong. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "virtio_kernel.h"

enum { SPACE_BYTES = 256, FUNCTION = 3 << 3, FUNCTION_APART = 8, CHANGES = 4, WINDOWS = 8, QUEUE_SIZE = 8, TYPE = 2 };
enum { COMMAND = 0x04, MSIX = 0x40, DOORBELLS = 0x4c, OWN = 0x60, COMMON = 0x70 };
enum { COMMON_STATUS = 0x14, COMMON_GENERATION = 0x15, COMMON_QUEUE_SIZE = 0x18, COMMON_NOTIFY_OFFSET = 0x1e };

/* A modern disk: registers in base address 4, of 64 bits; MSI-X in base address 1. VIRTIO 1.2, section 4.1.4. */
static const unsigned char sound[SPACE_BYTES] = {
    [0x00] = 0xf4,          [0x01] = 0x1a,          [0x02] = 0x42,           [0x03] = 0x10,         [0x06] = 0x10,
    [0x17] = 0xfe,          [0x20] = 0x0c,          [0x24] = 0x80,           [0x34] = MSIX,         [MSIX] = 0x11,
    [MSIX + 1] = DOORBELLS, [MSIX + 4] = 0x01,      [DOORBELLS] = 0x09,      [DOORBELLS + 1] = OWN, [DOORBELLS + 3] = 2,
    [DOORBELLS + 4] = 4,    [DOORBELLS + 9] = 0x30, [DOORBELLS + 13] = 0x10, [DOORBELLS + 16] = 4,  [OWN] = 0x09,
    [OWN + 1] = COMMON,     [OWN + 3] = 4,          [OWN + 4] = 4,           [OWN + 9] = 0x20,      [OWN + 12] = 16,
    [COMMON] = 0x09,        [COMMON + 3] = 1,       [COMMON + 4] = 4,        [COMMON + 12] = 0x38,
};

static unsigned char space[SPACE_BYTES];
static unsigned char *windows[WINDOWS]; /* memory of exactly the length that was mapped */
static unsigned mapped;

uint32_t arch_pci_read(uint16_t function, uint8_t offset) {
    uint32_t value = UINT32_MAX;
    if (function % FUNCTION_APART == 0 && function == FUNCTION) {
        memcpy(&value, space + offset, sizeof value);
    }
    return value;
}

void arch_pci_write(uint16_t function, uint8_t offset, uint32_t value) {
    CHECK(function == FUNCTION && (offset == COMMAND || offset == MSIX));
    memcpy(space + offset, &value, sizeof value);
}

volatile void *arch_map_device(uint64_t address, uint64_t bytes) {
    if (address < 2ull << 30 || address >> 47 != 0 || bytes == 0) { /* as the kernel refuses */
        return NULL;
    }
    CHECK(address >> 16 == 0x800000 || address >> 24 == 0xfe);
    CHECK(mapped < WINDOWS);
    unsigned char *window = windows[mapped++] = calloc(1, bytes);
    if (bytes == 0x38) {
        window[0x04] = 1; /* features, whichever word */
        window[COMMON_QUEUE_SIZE] = QUEUE_SIZE;
    }
    return window;
}

int arch_message_attach(void (*handler)(void *), void *argument, uint64_t *address, uint32_t *data) {
    (void)handler, (void)argument;
    *address = 0xfee00000;
    *data = 0x42;
    return 0;
}

void virtio_mmio_find(void) {
}
struct change {
    uint8_t offset, value;
};

/* How many devices more are found in the sound space with some bytes changed. */
static unsigned found_with(const struct change *changes, unsigned count) {
    memcpy(space, sound, sizeof space);
    for (unsigned i = 0; i < count; i++) {
        space[changes[i].offset] = changes[i].value;
    }
    while (mapped > 0) {
        free(windows[--mapped]);
    }
    for (struct virtio *device = NULL; (device = virtio_next(device, TYPE)) != NULL;) {
        device->claimed = true; /* those of before */
    }
    virtio_pci_find();
    unsigned found = 0;
    for (struct virtio *device = NULL; (device = virtio_next(device, TYPE)) != NULL;) {
        found++;
    }
    return found;
}

#define FOUND_WITH(...)                                                                                                \
    found_with((const struct change[]){__VA_ARGS__},                                                                   \
               sizeof((const struct change[]){__VA_ARGS__}) / sizeof(struct change))

static void a_sound_function_is_a_device(void) {
    CHECK(FOUND_WITH({0, 0xf4}) == 1 && space[COMMAND] == 0x06 && space[MSIX + 3] == 0x80);
    struct virtio *device = virtio_next(NULL, TYPE);
    uint64_t features;
    struct virtq queue;
    CHECK(virtio_start(device, 0, &features) == 0 && features == 1ull << 32);
    CHECK(virtio_queue(device, 0, 256, &queue) == 0 && queue.size == QUEUE_SIZE);
    CHECK(virtio_queue(device, VIRTIO_QUEUES, 1, &queue) == -ENODEV);
    CHECK(virtio_ready(device, NULL, NULL) == 0 && device->pci.common[COMMON_STATUS] == 15);
    CHECK(virtio_config64(device, 8) == 0 && virtio_config64(device, 12) == 0 && virtio_config32(device, ~0u) == 0);
}

static void change_configuration(struct virtio *device) {
    device->pci.common[COMMON_GENERATION]++;
    device->pci.device[0]++;
    device->pci.device[4]++;
}

static void a_long_value_is_of_one_moment(void) {
    CHECK(FOUND_WITH({0, 0xf4}) == 1);
    struct virtio *device = virtio_next(NULL, TYPE);
    device->pci.device[0] = device->pci.device[4] = 1;
    check_changing(device, change_configuration);
}

static void a_doorbell_outside_its_window_is_no_queue(void) {
    CHECK(FOUND_WITH({0, 0xf4}) == 1);
    struct virtio *device = virtio_next(NULL, TYPE);
    struct virtq queue;
    for (unsigned offset = 0x3ff; offset <= 0x401; offset++) { /* times 4, in a window of 0x1000 bytes */
        memcpy((unsigned char *)(uintptr_t)device->pci.common + COMMON_NOTIFY_OFFSET, &offset, 2);
        CHECK(virtio_queue(device, 1, 8, &queue) == (offset == 0x3ff ? 0 : -ENODEV));
    }
    device->pci.notify_multiplier = 1;
    const uint16_t odd = 1;
    memcpy((unsigned char *)(uintptr_t)device->pci.common + COMMON_NOTIFY_OFFSET, &odd, sizeof odd);
    CHECK(virtio_queue(device, 1, 8, &queue) == -ENODEV);
}

static void what_is_no_capability_is_not_one(void) {
    CHECK(FOUND_WITH({0x06, 0}) == 0);                                      /* there is no list */
    CHECK(FOUND_WITH({0x34, 0}) == 0);                                      /* it is empty */
    CHECK(FOUND_WITH({MSIX + 1, MSIX}) == 0);                               /* a circle */
    CHECK(FOUND_WITH({0x34, 0x10}, {0x10, 0x11}, {0x11, 0x4c}) == 0);       /* MSI-X where a base address is */
    CHECK(FOUND_WITH({MSIX, 0x05}, {COMMON + 1, 0xfc}, {0xfc, 0x11}) == 0); /* MSI-X that leaves the space */
    CHECK(FOUND_WITH({COMMON, 0}, {COMMON + 1, 0xf4}, {0xf4, 0x09}, {0xf7, 1}, {0xf8, 4}) == 0); /* a structure, too */
    CHECK(FOUND_WITH({DOORBELLS, 0}) == 0);
    CHECK(FOUND_WITH({MSIX, 0}) == 0);
}

static void what_lies_nowhere_is_not_mapped(void) {
    CHECK(FOUND_WITH({COMMON + 4, 6}) == 0);            /* there is no such base address */
    CHECK(FOUND_WITH({COMMON + 4, 5}) == 0);            /* the upper half of another, low in memory */
    CHECK(FOUND_WITH({COMMON + 4, 0}) == 0);            /* one that the firmware has not placed */
    CHECK(FOUND_WITH({COMMON + 4, 1}, {0x14, 1}) == 0); /* ports */
    CHECK(FOUND_WITH({COMMON + 12, 0x37}) == 0);        /* shorter than what is read there */
    CHECK(FOUND_WITH({COMMON + 8, 2}) == 0);            /* splits its words */
    CHECK(FOUND_WITH({DOORBELLS + 8, 1}) == 0);
    CHECK(FOUND_WITH({DOORBELLS + 13, 0}) == 0); /* no bytes */
    const struct change top[] = {{0x24, 0xff}, {0x25, 0xff}, {0x26, 0xff},
                                 {0x27, 0xff}, {0x23, 0xff}, {COMMON + 11, 0xff}};
    CHECK(found_with(top, sizeof top / sizeof *top) == 0); /* beyond the end of all addresses, and around */
}

int main(void) {
    a_sound_function_is_a_device();
    a_long_value_is_of_one_moment();
    a_doorbell_outside_its_window_is_no_queue();
    what_is_no_capability_is_not_one();
    what_lies_nowhere_is_not_mapped();
    return 0;
}
