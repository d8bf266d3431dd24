/*
 * The kernel around a transport of virtio, where time stands still and memory is taken for good; and what both
 * transports must do alike. For one program: it defines what it declares.
 */
#pragma once

#include <stdlib.h>

#include "check.h"
#include "drivers/virtio/virtio.h"
#include "unikernel/clock.h"
#include "unikernel/memory.h"
#include "unikernel/wait.h"

uint64_t clock_monotonic_ns(void) {
    return 1;
}

uint64_t clock_ticks(void) {
    return 1;
}

void wait_until(uint64_t deadline_ns) {
    (void)deadline_ns;
}

void wait_wake(void) {
}

void *memory_take(size_t bytes, size_t align) {
    static void *taken[16];
    static unsigned count;
    CHECK(count < sizeof taken / sizeof *taken);
    return taken[count++] = aligned_alloc(align, (bytes + align - 1) / align * align);
}

/* A device that changes its configuration, by `change`, after each of the next `changes` reads of it. */

static const struct virtio_transport *unchanging;
static unsigned changes, reads;
static void (*change)(struct virtio *device);

static uint32_t changing_config(struct virtio *device, uint32_t offset, uint32_t bytes) {
    const uint32_t value = unchanging->config(device, offset, bytes);
    reads++;
    if (changes > 0) {
        changes--;
        change(device);
    }
    return value;
}

/* Its first 64 bits, which are twice the same word, are read while `count` changes happen: how many looks it took. */
static unsigned looks_at_changing(struct virtio *device, unsigned count) {
    struct virtio_transport changing = *device->transport;
    unchanging = device->transport;
    changing.config = changing_config;
    device->transport = &changing;
    changes = count;
    reads = 0;
    const uint64_t value = virtio_config64(device, 0);
    device->transport = unchanging;
    CHECK(changes > 0 || (value >> 32 == (uint32_t)value && value != 0)); /* of one moment, once it has stopped */
    return reads / 2;
}

/* `changed` gives both words another value, and the generation too. */
static void check_changing(struct virtio *device, void (*changed)(struct virtio *device)) {
    change = changed;
    CHECK(looks_at_changing(device, 0) == 1);
    CHECK(looks_at_changing(device, 1) == 2);
    CHECK(looks_at_changing(device, 2) == 2);
    CHECK(looks_at_changing(device, 5) == 4);
    CHECK(looks_at_changing(device, ~0u) == 16); /* and no more */
}
