/*
 * Virtio over memory-mapped registers. VIRTIO 1.2, section 4.2, version 2.
 *
 * Where the windows lie is said on the command line, as Linux takes it: virtio_mmio.device=512@0xfeb00e00:12, with the
 * window's bytes, its address, and the pin of the I/O APIC.
 */
#include <errno.h>

#include "core/arch.h"
#include "unikernel/memory.h"
#include "virtio.h"

/* Offsets of the registers in words, section 4.2.2. */
enum {
    MAGIC = 0x000 / 4,
    VERSION = 0x004 / 4,
    DEVICE_ID = 0x008 / 4,
    DEVICE_FEATURES = 0x010 / 4,
    DEVICE_FEATURES_SELECT = 0x014 / 4,
    DRIVER_FEATURES = 0x020 / 4,
    DRIVER_FEATURES_SELECT = 0x024 / 4,
    QUEUE_SELECT = 0x030 / 4,
    QUEUE_SIZE_MOST = 0x034 / 4,
    QUEUE_SIZE = 0x038 / 4,
    QUEUE_READY = 0x044 / 4,
    QUEUE_NOTIFY = 0x050 / 4,
    INTERRUPT_STATUS = 0x060 / 4,
    INTERRUPT_ACKNOWLEDGE = 0x064 / 4,
    STATUS = 0x070 / 4,
    QUEUE_DESCRIPTORS = 0x080 / 4,
    QUEUE_AVAILABLE = 0x090 / 4,
    QUEUE_USED = 0x0a0 / 4,
    CONFIG_GENERATION = 0x0fc / 4,
    CONFIG_START = 0x100,

    VERSION_MODERN = 2,
    PIN_MOST = 23,
};

#define MAGIC_VALUE 0x74726976u /* "virt" */

static const char KEY[] = "virtio_mmio.device";

static uint8_t status(struct virtio *device) {
    return (uint8_t)device->mmio.registers[STATUS];
}

static void set_status(struct virtio *device, uint8_t value) {
    device->mmio.registers[STATUS] = value;
}

static uint32_t offered(struct virtio *device, uint32_t word) {
    device->mmio.registers[DEVICE_FEATURES_SELECT] = word;
    return device->mmio.registers[DEVICE_FEATURES];
}

static void accept(struct virtio *device, uint32_t word, uint32_t features) {
    device->mmio.registers[DRIVER_FEATURES_SELECT] = word;
    device->mmio.registers[DRIVER_FEATURES] = features;
}

static uint16_t queue_most(struct virtio *device, uint16_t index) {
    volatile uint32_t *registers = device->mmio.registers;
    registers[QUEUE_SELECT] = index;
    const uint32_t most = registers[QUEUE_READY] != 0 ? 0 : registers[QUEUE_SIZE_MOST];
    return most > VIRTQ_SIZE_MOST ? VIRTQ_SIZE_MOST : (uint16_t)most;
}

static void set_address(volatile uint32_t *pair, const volatile void *pointer) {
    const uint64_t address = (uintptr_t)pointer;
    pair[0] = (uint32_t)address;
    pair[1] = (uint32_t)(address >> 32);
}

static void queue_enable(struct virtio *device, uint16_t index, const struct virtq *queue) {
    volatile uint32_t *registers = device->mmio.registers;
    registers[QUEUE_SELECT] = index;
    registers[QUEUE_SIZE] = queue->size;
    set_address(registers + QUEUE_DESCRIPTORS, queue->descriptors);
    set_address(registers + QUEUE_AVAILABLE, queue->available);
    set_address(registers + QUEUE_USED, queue->used);
    registers[QUEUE_READY] = 1;
}

static void notify(struct virtio *device, uint16_t index) {
    device->mmio.registers[QUEUE_NOTIFY] = index;
}

static void acknowledge(struct virtio *device) {
    volatile uint32_t *registers = device->mmio.registers;
    registers[INTERRUPT_ACKNOWLEDGE] = registers[INTERRUPT_STATUS];
}

static uint32_t generation(struct virtio *device) {
    return device->mmio.registers[CONFIG_GENERATION];
}

static uint32_t config(struct virtio *device, uint32_t offset, uint32_t bytes) {
    const volatile unsigned char *window = (volatile unsigned char *)device->mmio.registers + CONFIG_START;
    return virtio_window(window, device->mmio.config_bytes, offset, bytes);
}

static int attach(struct virtio *device, void (*handler)(void *), void *argument) {
    return arch_interrupt_attach(device->mmio.pin, handler, argument);
}

static const struct virtio_transport transport = {
    .status = status,
    .set_status = set_status,
    .offered = offered,
    .accept = accept,
    .queue_most = queue_most,
    .queue_enable = queue_enable,
    .notify = notify,
    .acknowledge = acknowledge,
    .generation = generation,
    .config = config,
    .attach = attach,
};

/* A number at *at, decimal or after 0x hexadecimal; *at moves behind it. */
static uint64_t number(const char **at, const char *end) {
    enum { DECIMAL = 10, HEXADECIMAL = 16 };
    uint64_t base = DECIMAL, value = 0;
    if (end - *at > 2 && (*at)[0] == '0' && (*at)[1] == 'x') {
        base = HEXADECIMAL;
        *at += 2;
    }
    for (; *at < end; ++*at) {
        const char c = **at;
        const uint64_t digit = c >= '0' && c <= '9'   ? (uint64_t)(c - '0')
                               : c >= 'a' && c <= 'f' ? (uint64_t)(c - 'a' + DECIMAL)
                                                      : base;
        if (digit >= base) {
            break;
        }
        value = value * base + digit;
    }
    return value;
}

static bool skip(const char **at, const char *end, char wanted) {
    const bool there = *at < end && **at == wanted;
    *at += there;
    return there;
}

static void look(const char *at, const char *end) {
    uint64_t bytes = number(&at, end);
    if (at < end && *at == 'K') {
        bytes *= 1024;
        at++;
    }
    if (!skip(&at, end, '@')) {
        return;
    }
    const uint64_t address = number(&at, end);
    if (!skip(&at, end, ':')) {
        return;
    }
    const uint64_t pin = number(&at, end);
    const bool sound = bytes > CONFIG_START && address % sizeof(uint32_t) == 0;
    volatile uint32_t *registers = sound ? arch_map_device(address, bytes) : NULL;
    if (registers == NULL || pin > PIN_MOST || registers[MAGIC] != MAGIC_VALUE ||
        registers[VERSION] != VERSION_MODERN || registers[DEVICE_ID] == 0) {
        return;
    }
    struct virtio *device = virtio_found();
    if (device != NULL) {
        *device = (struct virtio){.transport = &transport, .type = registers[DEVICE_ID]};
        device->mmio.registers = registers;
        device->mmio.config_bytes = bytes - CONFIG_START;
        device->mmio.pin = (unsigned)pin;
    }
}

void virtio_mmio_find(void) {
    size_t length;
    const char *value;
    for (unsigned i = 0; (value = memory_command_line_nth(KEY, i, &length)) != NULL; i++) {
        look(value, value + length);
    }
}
