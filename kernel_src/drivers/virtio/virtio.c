/* Finding virtio devices and bringing them up. Sections are those of VIRTIO 1.2. */
#include "virtio.h"

#include <errno.h>

#include "unikernel/clock.h"
#include "unikernel/memory.h"
#include "unikernel/wait.h"

enum {
    DEVICES = 32,

    STATUS_ACKNOWLEDGE = 1, /* 2.1 */
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,

    FEATURE_WORD_BITS = 32,
    FEATURE_WORDS = 2,
    CONFIG_WORD_BITS = 32,
    CONFIG_LOOKS = 16, /* at what changes while it is read */

    RESET_LOOKS = 100000,   /* a device that never says 0 again is no device */
    LOOKS_BEFORE_TIME = 64, /* reading the clock costs as much as these */
    LOOK_NS = 200000,       /* looking is faster than an interrupt, but not for ever */
    TICKS_PER_NS = 4,       /* of the counter, at most, for all we know */
};

#define FEATURE_VERSION_1 (1ull << 32) /* chapter 6 */

static struct virtio found[DEVICES];
static unsigned count;
static bool searched;

struct virtio *virtio_found(void) {
    return count < DEVICES ? &found[count++] : NULL;
}

struct virtio *virtio_next(struct virtio *after, uint32_t type) {
    if (!searched) {
        searched = true;
        virtio_mmio_find();
        if (count == 0) { /* a machine has one or the other */
            virtio_pci_find();
        }
    }
    for (unsigned i = after == NULL ? 0 : (unsigned)(after - found) + 1; i < count; i++) {
        if (found[i].type == type && !found[i].claimed) {
            return &found[i];
        }
    }
    return NULL;
}

static bool reset(struct virtio *device) {
    device->transport->set_status(device, 0);
    for (int i = 0; i < RESET_LOOKS; i++) {
        if (device->transport->status(device) == 0) {
            return true;
        }
    }
    return false;
}

int virtio_start(struct virtio *device, uint64_t known, uint64_t *features) {
    const struct virtio_transport *transport = device->transport;
    if (!reset(device)) {
        return -ENODEV;
    }
    transport->set_status(device, STATUS_ACKNOWLEDGE);
    transport->set_status(device, STATUS_ACKNOWLEDGE | STATUS_DRIVER);
    uint64_t offered = 0;
    for (uint32_t word = 0; word < FEATURE_WORDS; word++) {
        offered |= (uint64_t)transport->offered(device, word) << (word * FEATURE_WORD_BITS);
    }
    if (!(offered & FEATURE_VERSION_1)) {
        return -ENODEV;
    }
    *features = offered & (known | FEATURE_VERSION_1);
    for (uint32_t word = 0; word < FEATURE_WORDS; word++) {
        transport->accept(device, word, (uint32_t)(*features >> (word * FEATURE_WORD_BITS)));
    }
    const uint8_t agreed = STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK;
    transport->set_status(device, agreed);
    return transport->status(device) & STATUS_FEATURES_OK ? 0 : -ENODEV;
}

int virtio_queue(struct virtio *device, uint16_t index, uint16_t size, struct virtq *queue) {
    const uint16_t most = device->transport->queue_most(device, index);
    if (most == 0 || index >= VIRTIO_QUEUES) {
        return -ENODEV;
    }
    while (size > most) {
        size /= 2;
    }
    void *memory = memory_take(virtq_bytes(size), VIRTQ_ALIGN);
    if (memory == NULL) {
        return -ENOMEM;
    }
    virtq_init(queue, size, memory);
    device->transport->queue_enable(device, index, queue);
    return 0;
}

static void interrupted(void *argument) {
    struct virtio *device = argument;
    device->transport->acknowledge(device);
    if (device->notice != NULL) {
        device->notice(device->argument);
    }
    wait_wake();
}

int virtio_ready(struct virtio *device, void (*notice)(void *), void *argument) {
    device->notice = notice;
    device->argument = argument;
    device->claimed = true;
    int error = device->transport->attach(device, interrupted, device);
    if (error == 0) {
        device->transport->set_status(device,
                                      STATUS_ACKNOWLEDGE | STATUS_DRIVER | STATUS_FEATURES_OK | STATUS_DRIVER_OK);
    }
    return error;
}

/* Whether the device wants to be told, 2.7.10, is not asked: a barrier before that costs as much as telling it. */
void virtio_notify(struct virtio *device, uint16_t index) {
    device->transport->notify(device, index);
}

/* Where no clock is up yet, time is told by a counter whose rate is not known: looking only, and perhaps for longer. */
static int wait_without_clock(struct virtq *queue, uint64_t timeout_ns) {
    const uint64_t start = clock_ticks();
    while (!virtq_ready(queue)) {
        if ((clock_ticks() - start) / TICKS_PER_NS >= timeout_ns) {
            return -ETIMEDOUT;
        }
    }
    return queue->broken ? -EIO : 0;
}

int virtio_wait(struct virtq *queue, uint64_t timeout_ns) {
    for (int i = 0; i < LOOKS_BEFORE_TIME; i++) {
        if (virtq_ready(queue)) {
            return queue->broken ? -EIO : 0;
        }
    }
    const uint64_t start = clock_monotonic_ns();
    if (start == 0) {
        return wait_without_clock(queue, timeout_ns);
    }
    uint64_t now = start;
    while (!virtq_ready(queue)) {
        if (now - start >= timeout_ns) {
            return -ETIMEDOUT;
        }
        if (now - start >= LOOK_NS) {
            if (!virtq_interrupts(queue, true)) {
                wait_until(start + timeout_ns);
            }
            virtq_interrupts(queue, false);
        }
        now = clock_monotonic_ns();
    }
    return queue->broken ? -EIO : 0;
}

void virtio_abandon(struct virtio *device) {
    (void)reset(device);
}

/* The configuration is little endian, as the machine is (2.5.3). */

uint32_t virtio_window(const volatile unsigned char *window, uint64_t window_bytes, uint32_t offset, uint32_t bytes) {
    if (offset % bytes != 0 || (uint64_t)offset + bytes > window_bytes) {
        return 0;
    }
    const volatile void *at = window + offset;
    return bytes == sizeof(uint8_t)    ? *(const volatile uint8_t *)at
           : bytes == sizeof(uint16_t) ? *(const volatile uint16_t *)at
                                       : *(const volatile uint32_t *)at;
}

uint8_t virtio_config8(struct virtio *device, uint32_t offset) {
    return (uint8_t)device->transport->config(device, offset, sizeof(uint8_t));
}

uint16_t virtio_config16(struct virtio *device, uint32_t offset) {
    return (uint16_t)device->transport->config(device, offset, sizeof(uint16_t));
}

uint32_t virtio_config32(struct virtio *device, uint32_t offset) {
    return device->transport->config(device, offset, sizeof(uint32_t));
}

/* Two words, which may be of two moments: 2.5.1 tells by the generation. A device that never stops changing it says
 * nothing worth waiting for. */
uint64_t virtio_config64(struct virtio *device, uint32_t offset) {
    const struct virtio_transport *transport = device->transport;
    uint64_t value = 0;
    for (int i = 0; i < CONFIG_LOOKS; i++) {
        const uint32_t generation = transport->generation(device);
        value = virtio_config32(device, offset);
        value |= (uint64_t)virtio_config32(device, offset + sizeof(uint32_t)) << CONFIG_WORD_BITS;
        if (transport->generation(device) == generation) {
            break;
        }
    }
    return value;
}
