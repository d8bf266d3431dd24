/* sources: drivers/virtio_entropy.c drivers/virtio/virtq.c
 * beside: fake_device.c input.c inside_virtio.c side.c world.c */
/*
 * Sources of random numbers that lie, and an honest one among them: no more bytes are used than a source has said it
 * wrote, none takes longer than the driver's patience, and the honest one works as if it were alone.
 */
#include "drivers/virtio_entropy.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "fake_device.h"
#include "input.h"
#include "inside.h"
#include "seam.h"
#include "unikernel/entropy.h"
#include "world.h"

enum { SOURCES = 2, OPERATIONS_MOST = 32, BYTES_MOST = 200, RANDOM = 0x5a };

#define PATIENCE_MOST_NS 60000000000ull

static struct fake_device sources[SOURCES];
static struct device in_stack[SOURCES];
static unsigned present;
static bool stingy[SOURCES]; /* a liar that gives one byte, when the driver has nearly lost patience */
static uint64_t given;       /* at most so many bytes, by all that was said in an operation */

void virtio_mmio_find(void) {
    for (unsigned i = 0; i < present; i++) {
        fake_present(&sources[i]);
    }
}

void virtio_pci_find(void) {
}

void seam_published(const volatile void *place) {
    for (unsigned i = 0; i < present; i++) {
        fake_published(&sources[i], place);
    }
}

static void turn(void) {
    const uint32_t which = input_below(SOURCES * 2);
    if (which < present) {
        fake_turn(&sources[which]);
    }
}

static void late(void) {
    for (unsigned i = 0; i < present; i++) {
        struct side *queue = &sources[i].sides[0];
        if (stingy[i] && side_newest(queue)->count > 0) {
            side_give(queue, side_newest(queue), 1);
        }
    }
}

static void asked(struct fake_device *source, struct side *queue) {
    const struct side_request *request = side_newest(queue);
    CHECK(request->count == 1 && request->pieces[0].device_writes);
    given += request->writable;
    if (source->honest || source->eager) {
        memset((void *)(uintptr_t)request->pieces[0].bytes, RANDOM, request->writable);
        side_give(queue, request, request->writable);
    }
}

static void bring_up(void) {
    static const struct fake_device sound = {.type = VIRTIO_ENTROPY, .queues = 1, .asked = asked};
    present = 1 + input_below(SOURCES);
    const uint32_t honest = input_below(present);
    for (unsigned i = 0; i < present; i++) {
        sources[i] = sound;
        sources[i].honest = i == honest;
        const uint32_t manner = input_below(3);
        sources[i].eager = manner == 1;
        stingy[i] = i != honest && manner == 2;
    }
    for (unsigned i = 0; i < present; i++) {
        world_operation();
        in_stack[i] = (struct device){.name = "entropy", .driver = &virtio_entropy_driver};
        in_stack[i].status = virtio_entropy_driver.init(&in_stack[i]);
    }
}

static bool fills(struct device *device, size_t wanted) {
    const struct entropy_operations *entropy = virtio_entropy_driver.operations;
    unsigned char out[BYTES_MOST] = {0};
    const uint64_t start_ns = world_ns();
    given = 0;
    world_operation();
    const int error = device->status != 0 ? -ENODEV : entropy->fill(device, out, wanted);
    CHECK(error <= 0 && world_ns() - start_ns <= PATIENCE_MOST_NS);
    CHECK(error != 0 || given >= wanted);
    for (size_t at = wanted; at < BYTES_MOST; at++) {
        CHECK(out[at] == 0);
    }
    return error == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    world_start(true, turn);
    world_late(late);
    bring_up();
    for (int i = 0; i < OPERATIONS_MOST && (i == 0 || !input_over()); i++) {
        const size_t wanted = 1 + input_below(BYTES_MOST);
        bool works = false;
        for (unsigned which = 0; which < present; which++) {
            works |= fills(&in_stack[which], wanted);
        }
        CHECK(works);
    }
    world_end();
    forget_virtio();
    return 0;
}
