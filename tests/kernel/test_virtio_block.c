/* sources: core/block.c drivers/virtio_block.c drivers/virtio/virtio.c drivers/virtio/virtq.c */
/* The disk's driver with disks beside a sound one, each of which lies in one thing. */
#include "drivers/virtio_block.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "drivers/virtio/virtio.h"
#include "unikernel/block.h"
#include "unikernel/clock.h"
#include "unikernel/memory.h"
#include "unikernel/wait.h"

enum { SECTOR = 512, CAPACITY = 64, TYPE_SERIAL = 8, SERIAL_BYTES = 20, FLUSH = 1 << 9, DISCARD = 1 << 13 };
enum { LAST = 2, /* piece of a request, at most */ SHOWN_CAPACITY = 0, SHOWN_DISCARD = 36 };

#define PATIENCE_NS 30000000000ull

/* What a disk does when it is asked for more than its serial. */
enum manner {
    SOUND,
    SILENT,       /* from the serial on */
    SAYS_NOTHING, /* gives the request back, and has written no status */
    WRITES_LESS,  /* and says that all is well */
    WRONG_NAME,   /* gives back what it was not given */
    BOASTS,       /* of exabytes, of which it takes away a sector at a time */
};

static struct disk {
    const char *name;
    enum manner manner;
    uint8_t status;
    struct virtq queue; /* as it was enabled */
    unsigned asked;
} disks[] = {
    {.name = "silent", .manner = SILENT},        {.name = "sound"},
    {.name = "nothing", .manner = SAYS_NOTHING}, {.name = "less", .manner = WRITES_LESS},
    {.name = "wrong", .manner = WRONG_NAME},     {.name = "boasts", .manner = BOASTS},
};
enum { DISKS = sizeof disks / sizeof *disks };

static uint64_t now_ns = 1;
static unsigned char sectors[CAPACITY * SECTOR];

uint64_t clock_monotonic_ns(void) {
    return now_ns += 1000;
}

uint64_t clock_ticks(void) {
    return now_ns;
}

void wait_until(uint64_t deadline_ns) {
    now_ns = deadline_ns;
}

void wait_wake(void) {
}

void *memory_take(size_t bytes, size_t align) {
    return aligned_alloc(align, (bytes + align - 1) / align * align);
}

static struct disk *of(struct virtio *device) {
    return (struct disk *)(uintptr_t)device->mmio.registers;
}

static uint8_t status(struct virtio *device) {
    return of(device)->status;
}

static void set_status(struct virtio *device, uint8_t value) {
    of(device)->status = value;
}

static uint32_t offered(struct virtio *device, uint32_t word) {
    (void)device;
    return word == 0 ? FLUSH | DISCARD : 1;
}

static void accept(struct virtio *device, uint32_t word, uint32_t features) {
    (void)device, (void)word, (void)features;
}

static uint16_t queue_most(struct virtio *device, uint16_t index) {
    (void)device, (void)index;
    return 128;
}

static void queue_enable(struct virtio *device, uint16_t index, const struct virtq *queue) {
    (void)index;
    of(device)->queue = *queue;
}

static const struct virtq_descriptor *piece(const struct disk *disk, unsigned nth) {
    const struct virtq *queue = &disk->queue;
    uint16_t at = queue->available->ring[(uint16_t)(queue->available->index - 1) % queue->size];
    while (nth-- > 0 && queue->descriptors[at].flags & 1) {
        at = queue->descriptors[at].next;
    }
    return &queue->descriptors[at];
}

static void *bytes_of(const struct virtq_descriptor *descriptor) {
    return (void *)(uintptr_t)descriptor->address;
}

static void give(struct disk *disk, uint32_t id, uint32_t length) {
    struct virtq *queue = &disk->queue;
    volatile struct virtq_used_element *element = &queue->used->ring[queue->used->index % queue->size];
    element->id = id;
    element->length = length;
    queue->used->index++;
}

static void notify(struct virtio *device, uint16_t index) {
    struct disk *disk = of(device);
    CHECK(index == 0 && disk->status != 0); /* a disk that was given up is asked nothing */
    const uint32_t head = disk->queue.available->ring[disk->asked++ % disk->queue.size];
    const uint32_t *type = bytes_of(piece(disk, 0));
    uint64_t sector;
    memcpy(&sector, (char *)bytes_of(piece(disk, 0)) + 8, sizeof sector);
    const struct virtq_descriptor *data = piece(disk, 1);
    const enum manner manner = *type == TYPE_SERIAL && disk->manner != SILENT ? SOUND : disk->manner;
    if (manner == SILENT) {
        return;
    }
    if (*type == TYPE_SERIAL) {
        strncpy(bytes_of(data), disk->name, SERIAL_BYTES);
    } else if (*type == 0) {
        memcpy(bytes_of(data), sectors + sector * SECTOR, data->length);
    } else if (*type == 1) {
        memcpy(sectors + sector * SECTOR, bytes_of(data), data->length);
    }
    if (manner != SAYS_NOTHING) {
        *(uint8_t *)bytes_of(piece(disk, LAST)) = 0;
    }
    const uint32_t written = (data->flags & 2 && data->length > 1 ? data->length : 0) + 1;
    give(disk, head + (manner == WRONG_NAME), written - (manner == WRITES_LESS));
}

static void acknowledge(struct virtio *device) {
    (void)device;
}

static uint32_t generation(struct virtio *device) {
    (void)device;
    return 0;
}

static uint32_t config(struct virtio *device, uint32_t offset, uint32_t bytes) {
    CHECK(bytes == sizeof(uint32_t));
    const bool boasts = of(device)->manner == BOASTS;
    switch (offset) {
    case SHOWN_CAPACITY:
        return CAPACITY;
    case SHOWN_CAPACITY + 4:
        return (uint32_t)boasts << 24;
    case SHOWN_DISCARD:
        return boasts ? 1 : CAPACITY;
    default:
        return 0;
    }
}

static int attach(struct virtio *device, void (*handler)(void *), void *argument) {
    (void)device, (void)handler, (void)argument;
    return 0;
}

static const struct virtio_transport transport = {
    status, set_status, offered, accept, queue_most, queue_enable, notify, acknowledge, generation, config, attach,
};

void virtio_mmio_find(void) {
    for (int i = 0; i < DISKS; i++) {
        struct virtio *device = virtio_found();
        *device = (struct virtio){.transport = &transport, .type = VIRTIO_BLOCK};
        device->mmio.registers = (void *)&disks[i];
    }
}

void virtio_pci_find(void) {
}

static struct device device_called(const char *name) {
    struct device device = {.name = name, .driver = &virtio_block_driver};
    device.status = virtio_block_driver.init(&device);
    return device;
}

static const struct block_operations *block;
static unsigned char buffer[4 * SECTOR];

static void a_sound_disk_works_beside_those_that_lie(void) {
    struct device device = device_called("sound");
    CHECK(device.status == 0);
    memset(buffer, 'a', sizeof buffer);
    CHECK(block->write(&device, 60, buffer, 4) == 0 && block->flush(&device) == 0);
    memset(buffer, 'b', sizeof buffer);
    CHECK(block->read(&device, 60, buffer, 4) == 0 && buffer[0] == 'a' && buffer[sizeof buffer - 1] == 'a');
    CHECK(block->read(&device, 61, buffer, 4) == -EINVAL && block->read(&device, 1ull << 63, buffer, 1) == -EINVAL);
    CHECK(block->read(&device, 0, buffer, 0) == -EINVAL && block->discard(&device, 1, UINT64_MAX) == -EINVAL);
    CHECK(block->discard(&device, 0, CAPACITY) == 0);
}

static void a_silent_disk_is_not_there(void) {
    CHECK(device_called("silent").status == -ENODEV && disks[0].status == 0);
}

/* The first answer that is none ends it: the disk is reset, and asked nothing more. */
static void a_lie_ends_the_disk(const char *name, struct disk *disk) {
    struct device device = device_called(name);
    CHECK(device.status == 0);
    const unsigned asked = disk->asked;
    CHECK(block->read(&device, 0, buffer, 1) == -EIO && disk->asked == asked + 1);
    if (disk->manner != SAYS_NOTHING) { /* which is no success, but may happen to an honest one */
        CHECK(disk->status == 0);
        CHECK(block->read(&device, 0, buffer, 1) == -EIO && block->flush(&device) == -EIO);
        CHECK(disk->asked == asked + 1);
    }
}

static void a_discard_that_would_not_end_is_not_begun(void) {
    struct device device = device_called("boasts");
    const unsigned asked = disks[5].asked;
    CHECK(device.status == 0 && block->geometry(&device).count > UINT32_MAX);
    CHECK(block->discard(&device, 0, block->geometry(&device).count) == 0 && disks[5].asked == asked);
}

static void a_disk_is_one_devices(void) {
    CHECK(device_called("sound").status == -ENODEV && device_called("soun").status == -ENODEV);
}

int main(void) {
    block = virtio_block_driver.operations;
    a_sound_disk_works_beside_those_that_lie();
    CHECK(now_ns >= PATIENCE_NS && now_ns < PATIENCE_NS + PATIENCE_NS / 2); /* for the silent one */
    a_silent_disk_is_not_there();
    a_lie_ends_the_disk("nothing", &disks[2]);
    a_lie_ends_the_disk("less", &disks[3]);
    a_lie_ends_the_disk("wrong", &disks[4]);
    a_discard_that_would_not_end_is_not_begun();
    a_disk_is_one_devices();
    return 0;
}
