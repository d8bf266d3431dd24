#include "exercise.h"

#include "check.h"
#include "input.h"
#include "inside.h"
#include "seam.h"
#include "unikernel/virtio.h"
#include "world.h"

enum { SIZE_BITS = 9, WAIT_NS = 1000000 };

void seam_published(const volatile void *place) {
    (void)place;
}

static void use_queue(struct virtio *device, uint16_t index) {
    static unsigned char bytes[8];
    struct virtq queue;
    const uint16_t size = (uint16_t)(1u << input_below(SIZE_BITS));
    if (virtio_queue(device, index, size, &queue) != 0) {
        return;
    }
    CHECK(index < VIRTIO_QUEUES && queue.size > 0 && queue.size <= size && (queue.size & (queue.size - 1)) == 0);
    const struct virtq_piece piece = {bytes, sizeof bytes, true};
    CHECK(virtq_add(&queue, &piece, 1, &queue) == 0);
    virtio_notify(device, index);
    CHECK(virtio_wait(&queue, WAIT_NS) != 0); /* nobody has answered */
}

static void exercise(struct virtio *device) {
    uint64_t features;
    if (virtio_start(device, input_number(8), &features) != 0) {
        return;
    }
    const uint16_t queues = (uint16_t)input_below(VIRTIO_QUEUES + 2);
    for (uint16_t i = 0; i < queues; i++) {
        use_queue(device, i);
    }
    (void)virtio_ready(device, NULL, NULL);
    world_interrupt();
    const uint32_t offset = (uint32_t)(input_below(2) == 0 ? input_number(1) : input_number(4));
    (void)virtio_config8(device, offset);
    (void)virtio_config16(device, offset);
    (void)virtio_config32(device, offset);
    (void)virtio_config64(device, offset);
    virtio_abandon(device);
}

void exercise_all(void) {
    world_operation();
    (void)virtio_next(NULL, VIRTIO_BLOCK); /* searches */
    struct virtio *device;
    for (unsigned i = 0; (device = virtio_number(i)) != NULL; i++) {
        world_operation();
        exercise(device);
    }
}
