#include "fake_nic.h"

#include <string.h>

#include "check.h"
#include "input.h"
#include "world.h"

/* VIRTIO 1.2, section 5.1. */
enum { ADDRESS_AND_STATUS = 1 << 5 | 1 << 16, CONFIG_STATUS = 6, HEAD_BYTES = 12, HEAD_BUFFERS = 10, NO_INTERRUPT = 1 };

uint8_t nic_byte(uint32_t number, uint32_t at) {
    enum { PERIOD = 251 };
    return (uint8_t)((number + at) % PERIOD);
}

static void keep(struct nic_queue *queue, const struct side_request *request) {
    queue->requests[queue->to++ % NIC_KEPT] = *request;
    queue->from += queue->to - queue->from > NIC_KEPT; /* to a liar nobody keeps count */
}

static const struct side_request *oldest(struct nic_queue *queue) {
    return queue->from == queue->to ? NULL : &queue->requests[queue->from++ % NIC_KEPT];
}

/* Given back: told of, unless the driver does not want to be. */
static void give(struct fake_nic *nic, unsigned queue, const struct side_request *request, uint32_t written) {
    struct side *side = &nic->device.sides[queue];
    side_give(side, request, written);
    if (!(side->available->flags & NO_INTERRUPT)) {
        world_interrupt_all();
    }
}

static void check_frame(struct fake_nic *nic, const struct virtq_piece *piece) {
    const uint8_t *bytes = piece->bytes;
    for (uint32_t i = 0; i < piece->length; i++) {
        CHECK(bytes[i] == (i < HEAD_BYTES ? 0 : nic_byte(nic->went, i - HEAD_BYTES)));
    }
    nic->went++;
}

bool nic_goes(struct fake_nic *nic) {
    const struct side_request *request;
    bool any = false;
    while ((request = oldest(&nic->queues[NIC_SEND])) != NULL) {
        if (nic->device.honest) {
            check_frame(nic, &request->pieces[0]);
        }
        give(nic, NIC_SEND, request, 0);
        any = true;
    }
    return any;
}

bool nic_comes(struct fake_nic *nic, uint32_t length) {
    const struct side_request *request = nic->device.up ? oldest(&nic->queues[NIC_RECEIVE]) : NULL;
    if (request == NULL) {
        return false;
    }
    uint8_t *bytes = (uint8_t *)(uintptr_t)request->pieces[0].bytes;
    memset(bytes, 0, HEAD_BYTES);
    bytes[HEAD_BUFFERS] = 1;
    for (uint32_t i = 0; i < length; i++) {
        bytes[HEAD_BYTES + i] = nic_byte(nic->came, i);
    }
    nic->came++;
    give(nic, NIC_RECEIVE, request, HEAD_BYTES + length);
    return true;
}

/* A request is a head and a frame, in one piece. */
static void asked(struct fake_device *device, struct side *side) {
    struct fake_nic *nic = (struct fake_nic *)device;
    const unsigned queue = (unsigned)(side - device->sides);
    const struct side_request *request = side_newest(side);
    const struct virtq_piece *piece = &request->pieces[0];
    CHECK(request->count == 1 && piece->device_writes == (queue == NIC_RECEIVE));
    CHECK(piece->length > HEAD_BYTES && piece->length <= HEAD_BYTES + LINK_FRAME_BYTES);
    CHECK(queue == NIC_SEND || piece->length == HEAD_BYTES + LINK_FRAME_BYTES);
    keep(&nic->queues[queue], request);
}

/* It looks when it is told, and not before. */
static void told(struct fake_device *device, uint16_t queue) {
    struct fake_nic *nic = (struct fake_nic *)device;
    if (queue == NIC_SEND && !nic->lazy && (device->honest || device->eager)) {
        (void)nic_goes(nic);
    }
}

void nic_plug(struct fake_nic *nic, bool in) {
    nic->config[CONFIG_STATUS] = in;
}

void nic_fake(struct fake_nic *nic, uint8_t number, bool honest, bool eager, bool lazy) {
    *nic = (struct fake_nic){
        .device = {.type = VIRTIO_NET,
                   .features = ADDRESS_AND_STATUS,
                   .config = nic->config,
                   .config_bytes = NIC_CONFIG_BYTES,
                   .queues = NIC_QUEUES,
                   .honest = honest,
                   .eager = eager,
                   .asked = asked,
                   .told = told},
        .config = {2, 0, 0, 0, 0, number, 1},
        .lazy = lazy,
    };
}
