/* sources: drivers/virtio_net.c drivers/virtio/virtq.c
 * beside: fake_device.c fake_nic.c input.c inside_virtio.c side.c world.c */
/*
 * Nics that lie, and an honest one before them: no frame is larger than one can be, a nic that was given up is asked
 * nothing more, and of the honest one's frames none is lost, changed or out of its order, either way; whoever rests is
 * told of the next, and whoever found no room, of room.
 */
#include "drivers/virtio_net.h"

#include <string.h>

#include "check.h"
#include "fake_nic.h"
#include "input.h"
#include "inside.h"
#include "seam.h"
#include "unikernel/device.h"
#include "world.h"

enum { NICS = 2, OPERATIONS_MOST = 64, MANY = 24 };
enum { SEND, TAKE, COME, GO, REST, FLUSH, PLUG, OPERATIONS };

extern const struct driver virtio_net_driver;
static const struct virtio_net_parameters by_address[NICS] = {{"02:00:00:00:00:01"}, {"02:00:00:00:00:02"}};
static const struct virtio_net_parameters the_next = {""};
static struct fake_nic nics[NICS];
static struct device in_stack[NICS];
static struct { /* of the honest one */
    uint32_t sent, taken, lengths[NIC_KEPT];
    bool rests, waits; /* for a frame, for room: nobody has noticed since */
} honest;
static unsigned present;

void virtio_mmio_find(void) {
    for (unsigned i = 0; i < present; i++) {
        fake_present(&nics[i].device);
    }
}

void virtio_pci_find(void) {
}

void seam_published(const volatile void *place) {
    for (unsigned i = 0; i < present; i++) {
        fake_published(&nics[i].device, place);
    }
}

void background_notice(void) {
    honest.rests = honest.waits = false;
}

static void turn(void) {
    const uint32_t which = input_below(NICS * 2);
    if (which < present) {
        fake_turn(&nics[which].device);
    }
}

static const struct link_operations *link_of(const struct device *device) {
    return device->driver->operations;
}

static void bring_up(void) {
    memset(&honest, 0, sizeof honest);
    present = 1 + input_below(NICS);
    for (unsigned i = 0; i < present; i++) {
        const uint32_t manner = input_below(3);
        nic_fake(&nics[i], (uint8_t)(i + 1), i == 0, manner == 1, manner == 2);
    }
    const bool by_name = input_below(2);
    for (unsigned i = 0; i < NICS; i++) {
        world_operation();
        in_stack[i] = (struct device){.name = "nic", .driver = &virtio_net_driver};
        in_stack[i].parameters = i == 0 || by_name ? &by_address[i] : &the_next;
        in_stack[i].status = virtio_net_driver.init(&in_stack[i]);
        CHECK(in_stack[i].status <= 0);
    }
    CHECK(in_stack[0].status == 0);
}

static void send(unsigned which, uint32_t length) {
    struct device *device = &in_stack[which];
    honest.waits |= which == 0;
    uint8_t *room = link_of(device)->room(device);
    honest.waits &= room == NULL || which > 0;
    if (room == NULL) {
        CHECK(which > 0 || nics[0].lazy);
        return;
    }
    for (uint32_t i = 0; i < length; i++) {
        room[i] = nic_byte(honest.sent, i);
    }
    honest.sent += which == 0;
    link_of(device)->send(device, length);
}

/* What has come is looked at while the device may change it. */
static void take(unsigned which) {
    struct device *device = &in_stack[which];
    uint32_t length;
    const volatile uint8_t *frame = link_of(device)->frame(device, &length);
    if (frame == NULL) {
        CHECK(which > 0 || honest.taken == nics[0].came);
        return;
    }
    CHECK(length <= LINK_FRAME_BYTES);
    uint32_t sum = 0;
    for (uint32_t i = 0; i < length; i++) {
        CHECK(which > 0 || frame[i] == nic_byte(honest.taken, i));
        sum += frame[i];
    }
    CHECK(sum <= UINT8_MAX * LINK_FRAME_BYTES);
    CHECK(which > 0 || length == honest.lengths[honest.taken % NIC_KEPT]);
    honest.taken += which == 0;
    if (input_below(4) == 0) { /* something else happens in between */
        send(which, 1 + input_below(LINK_FRAME_BYTES));
    }
    link_of(device)->taken(device);
}

static void come(unsigned which, uint32_t length) {
    const uint32_t number = nics[which].came;
    if (nic_comes(&nics[which], length) && which == 0) {
        honest.lengths[number % NIC_KEPT] = length;
        CHECK(!honest.rests);
    }
}

static void go(unsigned which) {
    const bool went = nic_goes(&nics[which]);
    CHECK(which > 0 || !went || !honest.waits);
}

static void rest(unsigned which) {
    struct device *device = &in_stack[which];
    honest.rests |= which == 0;
    const bool rests = link_of(device)->rest(device);
    honest.rests &= rests || which > 0;
    CHECK(which > 0 || rests == (honest.taken == nics[0].came));
}

static void flush(unsigned which) {
    struct device *device = &in_stack[which];
    link_of(device)->flush(device);
    const bool sent = link_of(device)->sent(device);
    CHECK(which > 0 || nics[0].lazy || (sent && nics[0].went == honest.sent));
    CHECK(which > 0 || sent == (nics[0].went == honest.sent));
}

static void plug(unsigned which, bool in) {
    struct device *device = &in_stack[which];
    uint8_t address[LINK_ADDRESS_BYTES];
    nic_plug(&nics[which], in);
    CHECK(link_of(device)->connected(device) == in || which > 0);
    link_of(device)->address(device, address);
    CHECK(which > 0 || memcmp(address, nics[0].config, sizeof address) == 0);
}

static void one_operation(void) {
    const unsigned which = input_below(present);
    const uint32_t what = input_below(OPERATIONS);
    uint32_t times = 1 + input_below(MANY);
    world_operation();
    for (; times > 0 && in_stack[which].status == 0; times--) {
        switch (what) {
        case SEND:
            send(which, 1 + input_below(LINK_FRAME_BYTES));
            break;
        case TAKE:
            take(which);
            break;
        case COME:
            come(which, 1 + input_below(LINK_FRAME_BYTES));
            break;
        case GO:
            go(which);
            break;
        case REST:
            rest(which);
            break;
        case FLUSH:
            flush(which);
            break;
        default:
            plug(which, times % 2);
            break;
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    world_start(true, turn);
    bring_up();
    for (int i = 0; i < OPERATIONS_MOST && !input_over(); i++) {
        one_operation();
    }
    world_end();
    forget_virtio();
    return 0;
}
