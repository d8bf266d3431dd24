#include "fake_disk.h"

#include <string.h>

#include "check.h"
#include "input.h"
#include "world.h"

enum { TYPE_READ = 0, TYPE_WRITE = 1, TYPE_FLUSH = 4, TYPE_SERIAL = 8, TYPE_DISCARD = 11, SERIAL_BYTES = 20 };
enum { FLUSH_AND_DISCARD = 1 << 9 | 1 << 13, CONFIG_BYTES = 64 };

struct head {
    uint32_t type, reserved;
    uint64_t sector;
};

static struct head head_of(const struct side_request *request) {
    struct head head;
    memcpy(&head, request->pieces[0].bytes, sizeof head);
    return head;
}

/* The status is the last piece, the data stand before it. */
static volatile uint8_t *status_of(const struct side_request *request) {
    return (volatile uint8_t *)(uintptr_t)request->pieces[request->count - 1].bytes;
}

static struct side *side_of(struct disk *disk) {
    return &disk->device.sides[0];
}

static void answer(struct disk *disk) {
    const struct side_request *request = side_newest(side_of(disk));
    const struct virtq_piece *data = &request->pieces[1];
    void *bytes = (void *)(uintptr_t)data->bytes;
    const uint64_t start = head_of(request).sector * DISK_SECTOR_BYTES;
    const bool inside = start < sizeof disk->content && data->length <= sizeof disk->content - start;
    if (head_of(request).type == TYPE_SERIAL) {
        strncpy(bytes, disk->serial, SERIAL_BYTES);
    } else if (head_of(request).type == TYPE_READ && inside) {
        memcpy(bytes, disk->content + start, data->length);
    } else if (head_of(request).type == TYPE_WRITE && inside) {
        memcpy(disk->content + start, bytes, data->length);
    }
    *status_of(request) = 0;
    side_give(side_of(disk), request, request->writable);
}

/* A request is made of what its operation was given, and nothing else. */
static void check_request(const struct disk *disk, const struct side_request *request) {
    CHECK(request->count >= 2 && request->pieces[0].length == sizeof(struct head));
    CHECK(!request->pieces[0].device_writes);
    const struct virtq_piece *status = &request->pieces[request->count - 1];
    CHECK(status->length == 1 && status->device_writes && *status_of(request) != 0);
    const struct head head = head_of(request);
    const struct virtq_piece *data = &request->pieces[1];
    const struct disk_operation *operation = &disk->operation;
    if (head.type == TYPE_READ || head.type == TYPE_WRITE) {
        const size_t offset = (size_t)((const unsigned char *)data->bytes - operation->bytes);
        CHECK(request->count == 3 && data->device_writes == (head.type == TYPE_READ) && data->length > 0);
        CHECK(offset % DISK_SECTOR_BYTES == 0 && data->length % DISK_SECTOR_BYTES == 0);
        CHECK(offset + data->length <= operation->count * DISK_SECTOR_BYTES);
        CHECK(head.sector == operation->block + offset / DISK_SECTOR_BYTES);
    } else if (head.type == TYPE_DISCARD) {
        uint64_t sector;
        uint32_t sectors;
        CHECK(request->count == 3 && data->length == 16 && !data->device_writes);
        memcpy(&sector, data->bytes, sizeof sector);
        memcpy(&sectors, (const char *)data->bytes + sizeof sector, sizeof sectors);
        CHECK(sector >= operation->block && sectors > 0);
        CHECK(sector - operation->block + sectors <= operation->count);
    } else if (head.type == TYPE_SERIAL) {
        CHECK(request->count == 3 && data->length == SERIAL_BYTES && data->device_writes);
    } else {
        CHECK(head.type == TYPE_FLUSH && request->count == 2);
    }
}

static void observe(struct disk *disk) {
    const struct side *side = side_of(disk);
    const struct side_request *request = side_newest(side_of(disk));
    if (request->count == 0) { /* none yet */
        return;
    }
    const uint16_t before = (uint16_t)(side->seen - 1);
    const volatile struct virtq_used_element *element = &side->used->ring[before % side->size];
    disk->moved |= side->used->index != before;
    disk->named |= element->id == request->head;
    disk->measured |= element->length >= request->writable;
    disk->succeeded |= *status_of(request) == 0;
}

bool disk_answered(const struct disk *disk) {
    return disk->moved && disk->named && disk->measured && disk->succeeded;
}

void disk_begin(struct disk *disk, struct disk_operation operation) {
    disk->operation = operation;
    disk->asked = 0;
}

static void asked(struct fake_device *device, struct side *queue) {
    struct disk *disk = (struct disk *)device;
    CHECK(queue == side_of(disk) && (disk->asked == 0 || disk_answered(disk)));
    check_request(disk, side_newest(queue));
    disk->asked++;
    disk->asked_ns = world_ns();
    disk->moved = disk->named = disk->measured = disk->succeeded = false;
    if (device->honest || device->eager) {
        answer(disk);
    }
    observe(disk);
}

void disk_turn(struct disk *disk) {
    const struct side_request *request = side_newest(side_of(disk));
    if (!disk->device.honest && request->count > 0 && input_below(4) == 1) {
        *status_of(request) = (uint8_t)input_number(1);
    } else {
        fake_turn(&disk->device);
    }
    observe(disk);
}

void disk_start(struct disk *disk, const char *serial, bool honest, bool eager) {
    static const uint8_t shown[CONFIG_BYTES] = {[0] = DISK_SECTORS, [9] = 16, [36] = DISK_SECTORS};
    *disk = (struct disk){
        .device = {.type = VIRTIO_BLOCK,
                   .features = FLUSH_AND_DISCARD,
                   .config = shown,
                   .config_bytes = CONFIG_BYTES,
                   .queues = 1,
                   .honest = honest,
                   .eager = eager,
                   .asked = asked},
        .serial = serial,
    };
}
