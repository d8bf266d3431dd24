/*
 * A virtio disk, one request at a time. VIRTIO 1.2, section 5.2.
 *
 * The disk is found by its serial, which is the device's name: never by the order in which the machine lists disks. A
 * disk that lies about its queue, or says nothing for half a minute, is reset and fails from then on.
 */
#include "virtio_block.h"

#include <errno.h>
#include <stddef.h>

#include "unikernel/block.h"
#include "unikernel/memory.h"

enum {
    QUEUE = 0,
    QUEUE_SIZE = 4, /* a head, the data, a status */
    SECTOR_BYTES = 512,
    SERIAL_BYTES = 20,
    CACHE_LINE = 64,

    TYPE_READ = 0, /* 5.2.6 */
    TYPE_WRITE = 1,
    TYPE_FLUSH = 4,
    TYPE_SERIAL = 8,
    TYPE_DISCARD = 11,
    STATUS_OK = 0,
    STATUS_UNSUPPORTED = 2,
    STATUS_NONE = 0xff, /* ours: the disk has written nothing */

    DISCARDS = 1 << 16, /* requests for a whole disk, at most: else it is not worth while */

    CONFIG_CAPACITY = 0, /* 5.2.4 */
    CONFIG_SIZE_MOST = 8,
    CONFIG_DISCARD_SECTORS = 36,
};

/* Feature bits, section 5.2.3. */
#define FEATURE_SIZE_MOST (1ull << 1)
#define FEATURE_READ_ONLY (1ull << 5)
#define FEATURE_FLUSH     (1ull << 9)
#define FEATURE_DISCARD   (1ull << 13)

#define PATIENCE_NS   30000000000ull
#define REQUEST_BYTES (1u << 30) /* at most: what a length can say, well within */

/* What the disk reads and writes beside the data. */
struct virtio_block_request {
    struct {
        uint32_t type;
        uint32_t reserved;
        uint64_t sector;
    } head;
    struct {
        uint64_t sector;
        uint32_t sectors;
        uint32_t flags;
    } discard;
    volatile uint8_t status;
};

static int error_of(uint8_t status) {
    return status == STATUS_OK ? 0 : status == STATUS_UNSUPPORTED ? -EOPNOTSUPP : -EIO;
}

/* One request and its answer; `data` may have no bytes. Of a success the disk must say that it wrote all it was asked
 * for, the status last. */
static int ask(struct virtio_block_state *state, uint32_t type, uint64_t sector, struct virtq_piece data) {
    if (state->failed) {
        return -EIO;
    }
    struct virtio_block_request *request = state->request;
    request->head.type = type;
    request->head.sector = sector;
    request->status = STATUS_NONE;
    const struct virtq_piece pieces[] = {
        {&request->head, sizeof request->head, false},
        data.length > 0 ? data : (struct virtq_piece){(const void *)&request->status, 1, true},
        {(const void *)&request->status, 1, true},
    };
    int error = virtq_add(&state->queue, pieces, data.length > 0 ? 3 : 2, request);
    if (error == 0) {
        virtio_notify(state->device, QUEUE);
        error = virtio_wait(&state->queue, PATIENCE_NS);
    }
    void *token;
    uint32_t written = 0;
    if (error == 0 && virtq_take(&state->queue, &token, &written) != 1) {
        error = -EIO;
    }
    const uint8_t status = __atomic_load_n(&request->status, __ATOMIC_RELAXED);
    if (error == 0 && status == STATUS_OK &&
        written < (data.device_writes ? data.length : 0) + sizeof request->status) {
        error = -EIO;
    }
    if (error != 0) {
        state->failed = true;
        virtio_abandon(state->device);
        return -EIO;
    }
    return error_of(status);
}

static bool is_named(const char *serial, const char *name) {
    size_t i = 0;
    while (i < SERIAL_BYTES && serial[i] == name[i] && name[i] != 0) {
        i++;
    }
    return name[i] == 0 && (i == SERIAL_BYTES || serial[i] == 0);
}

static int start(struct virtio_block_state *state, struct virtio *device) {
    uint64_t features;
    state->device = device;
    int error =
        virtio_start(device, FEATURE_SIZE_MOST | FEATURE_READ_ONLY | FEATURE_FLUSH | FEATURE_DISCARD, &features);
    if (error == 0) {
        error = virtio_queue(device, QUEUE, QUEUE_SIZE, &state->queue);
    }
    if (error != 0) {
        return error;
    }
    virtq_interrupts(&state->queue, false);
    state->sectors = virtio_config64(device, CONFIG_CAPACITY);
    state->read_only = features & FEATURE_READ_ONLY;
    state->flushes = features & FEATURE_FLUSH;
    state->discards = features & FEATURE_DISCARD;
    state->discard_most = state->discards ? virtio_config32(device, CONFIG_DISCARD_SECTORS) : 0;
    if (state->sectors / DISCARDS > state->discard_most) {
        state->discard_most = 0;
    }
    const uint32_t most = features & FEATURE_SIZE_MOST ? virtio_config32(device, CONFIG_SIZE_MOST) : REQUEST_BYTES;
    state->most_bytes = (most < REQUEST_BYTES ? most : REQUEST_BYTES) / SECTOR_BYTES * SECTOR_BYTES;
    return state->most_bytes == 0 ? -ENODEV : virtio_ready(device, NULL, NULL);
}

/* Disks that were started to read their serials, and belong to other devices of the stack. */
enum { DISKS = 16 };
static struct {
    struct virtio_block_state state;
    char serial[SERIAL_BYTES];
    bool taken;
} disks[DISKS];
static unsigned disk_count;
static bool started;

static void start_all(void) {
    started = true;
    for (struct virtio *device = NULL; (device = virtio_next(device, VIRTIO_BLOCK)) != NULL && disk_count < DISKS;) {
        struct virtio_block_state *state = &disks[disk_count].state;
        *state = (struct virtio_block_state){.request = memory_take(sizeof *state->request, CACHE_LINE)};
        char *serial = disks[disk_count].serial;
        if (state->request != NULL && start(state, device) == 0 &&
            ask(state, TYPE_SERIAL, 0, (struct virtq_piece){serial, SERIAL_BYTES, true}) == 0) {
            disk_count++;
        } else {
            virtio_abandon(device);
        }
    }
}

static int init(struct device *self) {
    if (!started) {
        start_all();
    }
    for (unsigned i = 0; i < disk_count; i++) {
        if (!disks[i].taken && is_named(disks[i].serial, self->name)) {
            disks[i].taken = true;
            self->state = &disks[i].state;
            return 0;
        }
    }
    return -ENODEV;
}

static struct block_geometry geometry(struct device *self) {
    const struct virtio_block_state *state = self->state;
    return (struct block_geometry){state->sectors, SECTOR_BYTES, state->read_only};
}

/* In as many requests as it takes. */
static int move(struct device *self, uint32_t type, uint64_t block, const void *bytes, uint32_t count) {
    struct virtio_block_state *state = self->state;
    int error = block_check(self, block, count);
    const unsigned char *at = bytes;
    while (error == 0 && count > 0) {
        const uint32_t most = state->most_bytes / SECTOR_BYTES;
        const uint32_t sectors = count < most ? count : most;
        const struct virtq_piece piece = {at, sectors * SECTOR_BYTES, type == TYPE_READ};
        error = ask(state, type, block, piece);
        at += piece.length;
        block += sectors;
        count -= sectors;
    }
    return error;
}

static int read(struct device *self, uint64_t block, void *bytes, uint32_t count) {
    return move(self, TYPE_READ, block, bytes, count);
}

static int write(struct device *self, uint64_t block, const void *bytes, uint32_t count) {
    const struct virtio_block_state *state = self->state;
    return self->status == 0 && state->read_only ? -EROFS : move(self, TYPE_WRITE, block, bytes, count);
}

/* Without the feature the disk has no cache that could lose anything, section 5.2.6.2. */
static int flush(struct device *self) {
    struct virtio_block_state *state = self->state;
    if (self->status != DEVICE_UP) {
        return -ENODEV;
    }
    return state->flushes ? ask(state, TYPE_FLUSH, 0, (struct virtq_piece){NULL, 0, false}) : 0;
}

static int discard(struct device *self, uint64_t block, uint64_t count) {
    struct virtio_block_state *state = self->state;
    int error = block_check(self, block, count);
    if (error != 0 || state->read_only) {
        return error != 0 ? error : -EROFS;
    }
    while (error == 0 && state->discard_most > 0 && count > 0) {
        const uint32_t sectors = count < state->discard_most ? (uint32_t)count : state->discard_most;
        state->request->discard.sector = block;
        state->request->discard.sectors = sectors;
        state->request->discard.flags = 0;
        error = ask(state, TYPE_DISCARD, 0,
                    (struct virtq_piece){&state->request->discard, sizeof state->request->discard, false});
        block += sectors;
        count -= sectors;
    }
    return error;
}

static const struct virtq *queue(struct device *self, uint16_t number) {
    const struct virtio_block_state *state = self->state;
    return number == QUEUE ? &state->queue : NULL;
}

static const struct block_operations operations = {
    .geometry = geometry,
    .read = read,
    .write = write,
    .flush = flush,
    .discard = discard,
};

const struct driver virtio_block_driver = {
    .class_name = "VirtioBlock",
    .provides = INTERFACE_BLOCK,
    .operations = &operations,
    .init = init,
    .queue = queue,
};
