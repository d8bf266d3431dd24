/*
 * Virtio over PCI. VIRTIO 1.2, section 4.1; PCI Local Bus 3.0, chapter 6 (configuration space) and section 6.8.2
 * (MSI-X). The firmware has placed the base addresses; they are used where they lie.
 */
#include <errno.h>

#include "core/arch.h"
#include "virtio.h"

enum {
    /* Configuration space, PCI 3.0, section 6.1. */
    VENDOR = 0x00,
    COMMAND = 0x04,
    HEADER_TYPE = 0x0e,
    BASE_ADDRESSES = 0x10,
    SUBSYSTEM = 0x2c,
    CAPABILITIES = 0x34,
    STATUS_CAPABILITIES = 0x10,
    COMMAND_MEMORY = 0x2,
    COMMAND_MASTER = 0x4,
    COMMAND_NO_LINE = 0x400,
    FUNCTIONS_MANY = 0x80,
    BASE_IO = 0x1,
    BASE_64 = 0x4,
    BASE_COUNT = 6,
    BUS_FUNCTIONS = 256,

    VENDOR_NONE = 0xffff,
    VENDOR_VIRTIO = 0x1af4,
    DEVICE_TRANSITIONAL = 0x1000, /* 4.1.2: up to 0x103f, the type is the subsystem's */
    DEVICE_MODERN = 0x1040,       /* up to 0x107f, the type is the rest */
    DEVICE_END = 0x1080,

    CAPABILITY_VENDOR = 0x09,
    CAPABILITY_MSIX = 0x11,
    CAPABILITY_LIMIT = 48, /* as many as the space can hold */
    CAPABILITIES_START = 0x40,
    CAPABILITIES_END = 0x100,

    /* struct virtio_pci_cap, 4.1.4. */
    CAP_TYPE = 3,
    CAP_BASE = 4,
    CAP_OFFSET = 8,
    CAP_LENGTH = 12,
    CAP_MULTIPLIER = 16,
    CAP_BYTES = 16,
    CAP_NOTIFY_BYTES = 20,
    TYPE_COMMON = 1,
    TYPE_NOTIFY = 2,
    TYPE_DEVICE = 4,

    /* struct virtio_pci_common_cfg, 4.1.4.3. */
    COMMON_OFFERED_SELECT = 0x00,
    COMMON_OFFERED = 0x04,
    COMMON_ACCEPTED_SELECT = 0x08,
    COMMON_ACCEPTED = 0x0c,
    COMMON_CONFIG_VECTOR = 0x10,
    COMMON_STATUS = 0x14,
    COMMON_GENERATION = 0x15,
    COMMON_QUEUE_SELECT = 0x16,
    COMMON_QUEUE_SIZE = 0x18,
    COMMON_QUEUE_VECTOR = 0x1a,
    COMMON_QUEUE_ENABLE = 0x1c,
    COMMON_QUEUE_NOTIFY = 0x1e,
    COMMON_QUEUE_DESCRIPTORS = 0x20,
    COMMON_QUEUE_AVAILABLE = 0x28,
    COMMON_QUEUE_USED = 0x30,
    COMMON_BYTES = 0x38,
    WINDOW_ALIGN = 4,
    DOORBELL_BYTES = 2,
    NO_VECTOR = 0xffff,

    /* MSI-X, PCI 3.0, section 6.8.2. */
    MSIX_CONTROL = 2,
    MSIX_TABLE = 4,
    MSIX_ENABLE = 0x8000,
    MSIX_MASK_ALL = 0x4000,
    MSIX_BASE_MASK = 7,
    MSIX_BYTES = 12,
    MSIX_ENTRY_BYTES = 16,
    ENTRY_ADDRESS = 0,
    ENTRY_DATA = 8,
    ENTRY_CONTROL = 12,

    WORD_BITS = 32,
};

static uint16_t config16(uint16_t address, uint8_t offset) {
    enum { HALF_BITS = 16 };
    return (uint16_t)(arch_pci_read(address, offset & ~3u) >> (offset & 2 ? HALF_BITS : 0));
}

static uint8_t config8(uint16_t address, uint8_t offset) {
    enum { BYTE_BITS = 8 };
    return (uint8_t)(arch_pci_read(address, offset & ~3u) >> ((offset & 3) * BYTE_BITS));
}

static void config16_set(uint16_t address, uint8_t offset, uint16_t value) {
    enum { HALF_BITS = 16, HALF = 0xffff };
    const uint32_t old = arch_pci_read(address, offset & ~3u);
    const uint32_t mixed = offset & 2 ? (old & HALF) | (uint32_t)value << HALF_BITS : (old & ~(uint32_t)HALF) | value;
    arch_pci_write(address, offset & ~3u, mixed);
}

/* What lies at an offset of a base address; NULL where there is none in memory. */
static volatile unsigned char *mapped(uint16_t address, uint8_t base, uint32_t offset, uint32_t bytes) {
    if (base >= BASE_COUNT) {
        return NULL;
    }
    const uint8_t where = (uint8_t)(BASE_ADDRESSES + 4 * base);
    const uint32_t low = arch_pci_read(address, where);
    if (low & BASE_IO || (low & BASE_64 && base + 1 == BASE_COUNT)) {
        return NULL;
    }
    enum { FLAGS = 0xf };
    uint64_t start = low & ~(uint32_t)FLAGS;
    if (low & BASE_64) {
        start |= (uint64_t)arch_pci_read(address, where + 4) << WORD_BITS;
    }
    return start == 0 || start > UINT64_MAX - offset ? NULL : arch_map_device(start + offset, bytes);
}

static volatile uint16_t *at16(volatile unsigned char *base, uint32_t offset) {
    return (volatile uint16_t *)(base + offset);
}
static volatile uint32_t *at32(volatile unsigned char *base, uint32_t offset) {
    return (volatile uint32_t *)(base + offset);
}

static uint8_t status(struct virtio *device) {
    return device->pci.common[COMMON_STATUS];
}

static void set_status(struct virtio *device, uint8_t value) {
    device->pci.common[COMMON_STATUS] = value;
}

static uint32_t offered(struct virtio *device, uint32_t word) {
    *at32(device->pci.common, COMMON_OFFERED_SELECT) = word;
    return *at32(device->pci.common, COMMON_OFFERED);
}

static void accept(struct virtio *device, uint32_t word, uint32_t features) {
    *at32(device->pci.common, COMMON_ACCEPTED_SELECT) = word;
    *at32(device->pci.common, COMMON_ACCEPTED) = features;
}

static uint16_t queue_most(struct virtio *device, uint16_t index) {
    *at16(device->pci.common, COMMON_QUEUE_SELECT) = index;
    const uint16_t most = *at16(device->pci.common, COMMON_QUEUE_SIZE);
    const uint64_t doorbell = (uint64_t)*at16(device->pci.common, COMMON_QUEUE_NOTIFY) * device->pci.notify_multiplier;
    if (index >= VIRTIO_QUEUES || doorbell % DOORBELL_BYTES != 0 ||
        doorbell + DOORBELL_BYTES > device->pci.notify_bytes) {
        return 0;
    }
    device->pci.doorbells[index] = at16(device->pci.notify, (uint32_t)doorbell);
    return most > VIRTQ_SIZE_MOST ? VIRTQ_SIZE_MOST : most;
}

static void set_address(struct virtio *device, uint32_t offset, const volatile void *pointer) {
    const uint64_t address = (uintptr_t)pointer;
    *at32(device->pci.common, offset) = (uint32_t)address;
    *at32(device->pci.common, offset + 4) = (uint32_t)(address >> WORD_BITS);
}

static void queue_enable(struct virtio *device, uint16_t index, const struct virtq *queue) {
    *at16(device->pci.common, COMMON_QUEUE_SELECT) = index;
    *at16(device->pci.common, COMMON_QUEUE_SIZE) = queue->size;
    set_address(device, COMMON_QUEUE_DESCRIPTORS, queue->descriptors);
    set_address(device, COMMON_QUEUE_AVAILABLE, queue->available);
    set_address(device, COMMON_QUEUE_USED, queue->used);
    *at16(device->pci.common, COMMON_QUEUE_VECTOR) = 0;
    *at16(device->pci.common, COMMON_QUEUE_ENABLE) = 1;
}

static void notify(struct virtio *device, uint16_t index) {
    *device->pci.doorbells[index] = index;
}

static void acknowledge(struct virtio *device) {
    (void)device; /* a message has no line that must fall */
}

static uint32_t generation(struct virtio *device) {
    return device->pci.common[COMMON_GENERATION];
}

static uint32_t config(struct virtio *device, uint32_t offset, uint32_t bytes) {
    return virtio_window(device->pci.device, device->pci.device_bytes, offset, bytes);
}

/* The first entry of the MSI-X table becomes ours, for every queue. */
static int attach(struct virtio *device, void (*handler)(void *), void *argument) {
    const uint16_t address = device->pci.address;
    const uint8_t msix = device->pci.msix;
    const uint32_t table = arch_pci_read(address, msix + MSIX_TABLE);
    volatile unsigned char *entry =
        mapped(address, table & MSIX_BASE_MASK, table & ~(uint32_t)MSIX_BASE_MASK, MSIX_ENTRY_BYTES);
    if (entry == NULL) {
        return -ENODEV;
    }
    uint64_t where;
    uint32_t message;
    const int error = arch_message_attach(handler, argument, &where, &message);
    if (error != 0) {
        return error;
    }
    *at32(entry, ENTRY_ADDRESS) = (uint32_t)where;
    *at32(entry, ENTRY_ADDRESS + 4) = (uint32_t)(where >> WORD_BITS);
    *at32(entry, ENTRY_DATA) = message;
    *at32(entry, ENTRY_CONTROL) = 0;
    return 0;
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

/* One of the structures that the device offers, at the first place that can be mapped. */
static void take_structure(struct virtio *device, uint16_t address, uint8_t at) {
    if (at > CAPABILITIES_END - CAP_BYTES) {
        return;
    }
    const uint8_t type = config8(address, at + CAP_TYPE);
    const uint8_t base = config8(address, at + CAP_BASE);
    const uint32_t offset = arch_pci_read(address, at + CAP_OFFSET);
    const uint32_t bytes = arch_pci_read(address, at + CAP_LENGTH);
    if (type == TYPE_COMMON && device->pci.common == NULL && bytes >= COMMON_BYTES && offset % WINDOW_ALIGN == 0) {
        device->pci.common = mapped(address, base, offset, bytes);
    } else if (type == TYPE_NOTIFY && device->pci.notify == NULL && at <= CAPABILITIES_END - CAP_NOTIFY_BYTES &&
               offset % DOORBELL_BYTES == 0) {
        device->pci.notify = mapped(address, base, offset, bytes);
        device->pci.notify_bytes = bytes;
        device->pci.notify_multiplier = arch_pci_read(address, at + CAP_MULTIPLIER);
    } else if (type == TYPE_DEVICE && device->pci.device == NULL && offset % WINDOW_ALIGN == 0) {
        device->pci.device = mapped(address, base, offset, bytes);
        device->pci.device_bytes = device->pci.device == NULL ? 0 : bytes;
    }
}

/* The list ends where it leaves its part of the space: what lies before is no capability, and must not be written. */
static void take_capabilities(struct virtio *device, uint16_t address) {
    enum { ALIGNED = 0xfc };
    uint8_t at = config8(address, CAPABILITIES) & ALIGNED;
    for (int i = 0; i < CAPABILITY_LIMIT && at >= CAPABILITIES_START; i++) {
        const uint8_t kind = config8(address, at);
        if (kind == CAPABILITY_VENDOR) {
            take_structure(device, address, at);
        } else if (kind == CAPABILITY_MSIX && at <= CAPABILITIES_END - MSIX_BYTES) {
            device->pci.msix = at;
        }
        at = config8(address, at + 1) & ALIGNED;
    }
}

static void look(uint16_t address) {
    enum { HALF_BITS = 16 };
    const uint32_t identity = arch_pci_read(address, VENDOR);
    const uint32_t model = identity >> HALF_BITS;
    if ((identity & VENDOR_NONE) != VENDOR_VIRTIO || model < DEVICE_TRANSITIONAL || model >= DEVICE_END ||
        !(config16(address, COMMAND + 2) & STATUS_CAPABILITIES)) {
        return;
    }
    struct virtio device = {.transport = &transport};
    device.type = model >= DEVICE_MODERN ? model - DEVICE_MODERN : config16(address, SUBSYSTEM + 2);
    device.pci.address = address;
    take_capabilities(&device, address);
    if (device.pci.common == NULL || device.pci.notify == NULL || device.pci.msix == 0) {
        return;
    }
    config16_set(address, COMMAND, COMMAND_MEMORY | COMMAND_MASTER | COMMAND_NO_LINE);
    config16_set(address, device.pci.msix + MSIX_CONTROL, MSIX_ENABLE);
    struct virtio *place = virtio_found();
    if (place != NULL) {
        *place = device;
    }
}

/* The first bus holds all that QEMU is asked for. */
void virtio_pci_find(void) {
    enum { FUNCTIONS = 8 };
    for (uint16_t address = 0; address < BUS_FUNCTIONS; address += FUNCTIONS) {
        if (config16(address, VENDOR) == VENDOR_NONE) {
            continue;
        }
        const bool many = config8(address, HEADER_TYPE) & FUNCTIONS_MANY;
        for (uint16_t function = 0; function < (many ? FUNCTIONS : 1); function++) {
            look(address + function);
        }
    }
}
