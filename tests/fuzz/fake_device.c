#include "fake_device.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "drivers/virtio/virtio.h"
#include "input.h"
#include "world.h"

enum { STUCK = 63, PIN = 1, RESTLESS = 0x80 };

struct fake_device *fake_of(const struct virtio *device) {
    return (struct fake_device *)(uintptr_t)device->mmio.registers;
}

/* A liar's word is the honest one, changed by the input: by nothing when that has run out. */
static uint64_t word(const struct fake_device *device, uint64_t honest, unsigned bytes) {
    world_step();
    return device->honest ? honest : honest ^ input_number(bytes);
}

static uint8_t status(struct virtio *device) {
    struct fake_device *fake = fake_of(device);
    return fake->stuck == 1 ? 1 : (uint8_t)word(fake, fake->status, 1);
}

static void set_status(struct virtio *device, uint8_t value) {
    struct fake_device *fake = fake_of(device);
    fake->status = value;
    fake->up = fake->up && value != 0;
    fake->stuck += fake->stuck == 1 || (fake->stuck == 0 && !fake->honest && input_below(STUCK + 1) == STUCK);
    world_step();
}

static uint32_t offered(struct virtio *device, uint32_t which) {
    struct fake_device *fake = fake_of(device);
    const uint32_t features = (uint32_t)(which == 0 ? word(fake, fake->features, 2) : word(fake, 1, 1));
    fake->restless = which == 1 && features & RESTLESS;
    return features;
}

static void accept(struct virtio *device, uint32_t which, uint32_t features) {
    (void)device, (void)which, (void)features;
}

static uint16_t queue_most(struct virtio *device, uint16_t index) {
    struct fake_device *fake = fake_of(device);
    const uint64_t most = word(fake, index < fake->queues ? VIRTQ_SIZE_MOST : 0, 2);
    return most > VIRTQ_SIZE_MOST ? VIRTQ_SIZE_MOST : (uint16_t)most; /* as the transports do */
}

static void queue_enable(struct virtio *device, uint16_t index, const struct virtq *queue) {
    struct fake_device *fake = fake_of(device);
    CHECK(index < VIRTIO_QUEUES && queue->size > 0 && (queue->size & (queue->size - 1)) == 0);
    side_start(&fake->sides[index], queue);
    fake->up = true;
}

static void notify(struct virtio *device, uint16_t index) {
    struct fake_device *fake = fake_of(device);
    CHECK(index < VIRTIO_QUEUES && fake->sides[index].descriptors != NULL);
    world_step();
    if (fake->told != NULL) {
        fake->told(fake, index);
    }
}

static void acknowledge(struct virtio *device) {
    (void)device;
}

static uint32_t generation(struct virtio *device) {
    struct fake_device *fake = fake_of(device);
    return fake->restless ? (uint32_t)word(fake, 0, 1) : 0;
}

static uint32_t config(struct virtio *device, uint32_t offset, uint32_t bytes) {
    const struct fake_device *fake = fake_of(device);
    CHECK(offset % bytes == 0 && offset + bytes <= fake->config_bytes);
    uint32_t shown = 0;
    memcpy(&shown, fake->config + offset, bytes);
    return (uint32_t)word(fake, shown, bytes);
}

static int attach(struct virtio *device, void (*handler)(void *), void *argument) {
    return word(fake_of(device), 0, 1) == 1 ? -ENOSPC : arch_interrupt_attach(PIN, handler, argument);
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

void fake_present(struct fake_device *device) {
    struct virtio *place = virtio_found();
    *place = (struct virtio){.transport = &transport, .type = device->type};
    place->mmio.registers = (void *)device; /* what a transport keeps is its own matter */
}

void fake_published(struct fake_device *device, const volatile void *place) {
    for (unsigned i = 0; i < VIRTIO_QUEUES; i++) {
        if (side_is_index(&device->sides[i], place)) {
            CHECK(device->up);
            side_see(&device->sides[i]);
            device->asked(device, &device->sides[i]);
        }
    }
}

void fake_turn(struct fake_device *device) {
    enum { INTERRUPT, LIE, TURNS };
    if (device->honest || input_below(TURNS) == INTERRUPT) {
        world_interrupt();
    } else {
        side_lie(&device->sides[input_below(VIRTIO_QUEUES) % device->queues]);
    }
}
