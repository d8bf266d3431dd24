/*
 * A nic over virtio: one queue each way. VIRTIO 1.2, section 5.1.
 *
 * It is found by its address, which the host derives from the device's name: never by the order in which the machine
 * lists nics. A nic that lies about a queue is reset, and from then on it is as if its cable were pulled.
 */
#include "virtio_net.h"

#include <errno.h>
#include <stddef.h>

#include "unikernel/background.h"
#include "unikernel/device.h"
#include "unikernel/link.h"
#include "unikernel/memory.h"
#include "unikernel/virtio.h"

enum {
    RECEIVE = 0, /* 5.1.2 */
    SEND = 1,
    RECEIVES = 128, /* frames that may have come before anybody looks */
    SENDS = 64,
    TOLD_AT_ONCE = 16, /* frames that may wait for a flush */

    CONFIG_MAC = 0, /* 5.1.4 */
    CONFIG_STATUS = 6,
    STATUS_LINK_UP = 1,

    CACHE_LINE = 64,
};

/* Feature bits, section 5.1.3. */
#define FEATURE_MAC    (1ull << 5)
#define FEATURE_STATUS (1ull << 16)

/* A frame, and before it what the nic could be asked, or says, of it: nothing, without features (5.1.6). */
struct head {
    uint8_t flags, segmentation;
    uint16_t head_bytes, segment_bytes, checksum_start, checksum_offset;
    uint16_t buffers;
};

struct buffer {
    struct head head;
    uint8_t frame[LINK_FRAME_BYTES];
};

struct nic {
    struct virtio *device;
    struct virtq receive, send;
    struct buffer *free[SENDS]; /* those that the nic does not have, the last first */
    unsigned free_count;
    struct buffer *came; /* the oldest frame that has come, taken from the queue */
    uint32_t came_bytes;
    bool tells_status, failed;
    uint16_t given, said;  /* buffers for frames, and frames, of which the nic was not told */
    volatile bool noticed; /* interrupts are off until everything was looked at */
    uint8_t address[LINK_ADDRESS_BYTES];
    struct buffer *buffers; /* RECEIVES, then SENDS */
};

/* From interrupt context. */
static void notice(void *argument) {
    struct nic *nic = argument;
    virtq_interrupts(&nic->receive, false);
    virtq_interrupts(&nic->send, false);
    nic->noticed = true;
    background_notice();
}

static void fail(struct nic *nic) {
    nic->failed = true;
    virtio_abandon(nic->device);
}

static void give(struct nic *nic, struct buffer *buffer) {
    if (nic->failed) {
        return;
    }
    const struct virtq_piece piece = {buffer, sizeof *buffer, true};
    nic->given++;
    if (virtq_add(&nic->receive, &piece, 1, buffer) != 0) {
        fail(nic);
    }
}

static int start(struct nic *nic, struct virtio *device) {
    *nic =
        (struct nic){.device = device, .buffers = memory_take((RECEIVES + SENDS) * sizeof *nic->buffers, CACHE_LINE)};
    if (nic->buffers == NULL) {
        return -ENOMEM;
    }
    uint64_t features;
    int error = virtio_start(device, FEATURE_MAC | FEATURE_STATUS, &features);
    if (error == 0) {
        error = virtio_queue(device, RECEIVE, RECEIVES, &nic->receive);
    }
    if (error == 0) {
        error = virtio_queue(device, SEND, SENDS, &nic->send);
    }
    if (error == 0 && !(features & FEATURE_MAC)) {
        error = -ENODEV;
    }
    if (error != 0) {
        return error;
    }
    nic->tells_status = features & FEATURE_STATUS;
    for (unsigned i = 0; i < LINK_ADDRESS_BYTES; i++) {
        nic->address[i] = virtio_config8(device, CONFIG_MAC + i);
    }
    virtq_interrupts(&nic->send, false);
    for (unsigned i = 0; i < nic->receive.size; i++) {
        give(nic, &nic->buffers[i]);
    }
    while (nic->free_count < nic->send.size) {
        nic->free[nic->free_count] = &nic->buffers[RECEIVES + nic->free_count];
        nic->free_count++;
    }
    error = virtio_ready(device, notice, nic);
    return error;
}

static int digit(char c) {
    enum { LETTERS = 10 };
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + LETTERS : -1;
}

/* Whether the nic's address is the one that `text` says; of no text, it always is. */
static bool is_meant(struct virtio *device, const char *text) {
    enum { DIGIT_BITS = 4, DIGITS = 2 };
    for (unsigned i = 0; *text != 0 && i < LINK_ADDRESS_BYTES; i++, text += text[DIGITS] == ':' ? DIGITS + 1 : DIGITS) {
        const int high = digit(text[0]);
        const int low = high < 0 ? -1 : digit(text[1]);
        if (low < 0 || virtio_config8(device, CONFIG_MAC + i) != (high << DIGIT_BITS | low)) {
            return false;
        }
    }
    return true;
}

static int init(struct device *self) {
    const struct virtio_net_parameters *parameters = self->parameters;
    struct virtio *device = virtio_next(NULL, VIRTIO_NET);
    while (device != NULL && !is_meant(device, parameters->mac)) {
        device = virtio_next(device, VIRTIO_NET);
    }
    if (device == NULL) {
        return -ENODEV;
    }
    struct nic *nic = memory_take(sizeof *nic, CACHE_LINE);
    if (nic == NULL) {
        return -ENOMEM;
    }
    const int error = start(nic, device);
    if (error != 0) {
        virtio_abandon(device);
        return error;
    }
    self->state = nic;
    return 0;
}

static void address(struct device *self, uint8_t bytes[LINK_ADDRESS_BYTES]) {
    const struct nic *nic = self->state;
    for (unsigned i = 0; i < LINK_ADDRESS_BYTES; i++) {
        bytes[i] = nic->address[i];
    }
}

static bool connected(struct device *self) {
    const struct nic *nic = self->state;
    return !nic->failed && (!nic->tells_status || virtio_config16(nic->device, CONFIG_STATUS) & STATUS_LINK_UP);
}

static void take_back(struct nic *nic) {
    void *token;
    uint32_t written;
    int taken = 0;
    while (!nic->failed && (taken = virtq_take(&nic->send, &token, &written)) > 0) {
        nic->free[nic->free_count++] = token;
    }
    if (taken < 0) {
        fail(nic);
    }
}

static void flush(struct device *self) {
    struct nic *nic = self->state;
    if (nic->said > 0 && !nic->failed) {
        nic->said = 0;
        virtio_notify(nic->device, SEND);
    }
}

static void *room(struct device *self) {
    struct nic *nic = self->state;
    take_back(nic);
    if (nic->free_count == 0 && !nic->failed) {
        flush(self);
        if (virtq_interrupts(&nic->send, true)) {
            take_back(nic);
        }
    }
    return nic->failed || nic->free_count == 0 ? NULL : nic->free[nic->free_count - 1]->frame;
}

static bool sent(struct device *self) {
    const struct nic *nic = self->state;
    (void)room(self);
    return nic->failed || nic->free_count == nic->send.size;
}

static void send(struct device *self, uint32_t length) {
    struct nic *nic = self->state;
    struct buffer *buffer = nic->free[--nic->free_count];
    buffer->head = (struct head){0};
    const struct virtq_piece piece = {buffer, (uint32_t)sizeof buffer->head + length, false};
    if (virtq_add(&nic->send, &piece, 1, buffer) != 0) {
        fail(nic);
        return;
    }
    if (++nic->said == TOLD_AT_ONCE) {
        flush(self);
    }
}

static const void *frame(struct device *self, uint32_t *length) {
    struct nic *nic = self->state;
    if (nic->came == NULL && !nic->failed) {
        void *token;
        uint32_t written;
        const int taken = virtq_take(&nic->receive, &token, &written);
        if (taken < 0) {
            fail(nic);
        }
        if (taken <= 0) {
            return NULL;
        }
        nic->came = token;
        nic->came_bytes = written <= sizeof nic->came->head ? 0 : written - (uint32_t)sizeof nic->came->head;
    }
    *length = nic->came_bytes;
    return nic->came == NULL ? NULL : nic->came->frame;
}

static void taken(struct device *self) {
    struct nic *nic = self->state;
    give(nic, nic->came);
    nic->came = NULL;
}

static bool rest(struct device *self) {
    struct nic *nic = self->state;
    if (nic->failed) {
        return true;
    }
    if (nic->given >= nic->receive.size / 2) { /* it was told of the other half, and waits for no word */
        nic->given = 0;
        virtio_notify(nic->device, RECEIVE);
    }
    if (nic->noticed) {
        nic->noticed = false;
        return !virtq_interrupts(&nic->receive, true);
    }
    return !virtq_ready(&nic->receive);
}

static const struct virtq *queue(struct device *self, uint16_t number) {
    const struct nic *nic = self->state;
    return number == RECEIVE ? &nic->receive : number == SEND ? &nic->send : NULL;
}

static const struct link_operations operations = {
    .address = address,
    .connected = connected,
    .room = room,
    .send = send,
    .sent = sent,
    .flush = flush,
    .frame = frame,
    .taken = taken,
    .rest = rest,
};

const struct driver virtio_net_driver = {
    .class_name = "VirtioNet",
    .provides = INTERFACE_LINK,
    .operations = &operations,
    .init = init,
    .queue = queue,
};
