/* sources: core/block.c drivers/virtio/virtq.c
 * beside: fake_device.c fake_disk.c input.c inside_block.c inside_virtio.c side.c world.c */
/*
 * Disks that lie, and an honest one among them: no operation succeeds that was not answered, none takes longer than the
 * driver's patience, a disk that was given up is asked nothing more, and the honest one works as if it were alone.
 */
#include <string.h>

#include "check.h"
#include "drivers/virtio_block.h"
#include "fake_disk.h"
#include "input.h"
#include "inside.h"
#include "seam.h"
#include "unikernel/block.h"
#include "world.h"

enum { DISKS = 3, HONEST = 1, OPERATIONS_MOST = 32 };
enum { READ, WRITE, FLUSH, DISCARD, OPERATIONS };

#define PATIENCE_MOST_NS 60000000000ull

static const char *const names[DISKS] = {"data", "honest", "logs"};
static struct disk disks[DISKS];
static struct device in_stack[DISKS];
static unsigned char buffers[DISKS][DISK_OPERATION_SECTORS * DISK_SECTOR_BYTES];
static unsigned present;

void virtio_mmio_find(void) {
    for (unsigned i = 0; i < present; i++) {
        fake_present(&disks[i].device);
    }
}

void virtio_pci_find(void) {
}

void seam_published(const volatile void *place) {
    for (unsigned i = 0; i < present; i++) {
        fake_published(&disks[i].device, place);
    }
}

static void turn(void) {
    const uint32_t which = input_below(DISKS * 2);
    if (which < present) {
        disk_turn(&disks[which]);
    }
}

static void bring_up(void) {
    for (unsigned i = 0; i < DISKS; i++) {
        world_operation();
        const uint64_t start_ns = world_ns();
        in_stack[i] = (struct device){.name = names[i], .driver = &virtio_block_driver};
        in_stack[i].status = virtio_block_driver.init(&in_stack[i]);
        CHECK(in_stack[i].status <= 0 && world_ns() - start_ns <= PATIENCE_MOST_NS * present);
    }
    CHECK(in_stack[HONEST].status == 0);
}

static int operate(struct device *device, const struct disk_operation *on, uint32_t what) {
    const struct block_operations *block = virtio_block_driver.operations;
    switch (what) {
    case READ:
        return block->read(device, on->block, on->bytes, (uint32_t)on->count);
    case WRITE:
        return block->write(device, on->block, on->bytes, (uint32_t)on->count);
    case FLUSH:
        return block->flush(device);
    default:
        return block->discard(device, on->block, on->count);
    }
}

static void one_operation(void) {
    struct device *device = &in_stack[input_below(DISKS)];
    const uint32_t what = input_below(OPERATIONS);
    struct disk_operation on = {.block = input_number(1)};
    on.count = input_number(1);
    if (what == READ || what == WRITE) {
        on.count %= DISK_OPERATION_SECTORS + 1;
    } else if (input_below(2) == 1) {
        on.block <<= input_below(64);
        on.count <<= input_below(64);
    }
    const struct virtio_block_state *state = device->state;
    struct disk *disk = state == NULL ? NULL : (struct disk *)fake_of(state->device);
    if (disk == NULL) {
        CHECK(operate(device, &on, what) < 0);
        return;
    }
    const bool whole = on.count > 0 && on.block < DISK_SECTORS && on.count <= DISK_SECTORS - on.block;
    on.bytes = buffers[disk - disks];
    memset(on.bytes, device->name[0], sizeof buffers[0]);
    disk_begin(disk, on);
    world_operation();
    const int error = operate(device, &on, what);
    CHECK(disk->asked == 0 || world_ns() - disk->asked_ns <= PATIENCE_MOST_NS);
    if (error == 0) {
        CHECK(disk->asked == 0 ? what == FLUSH || what == DISCARD : disk_answered(disk));
    }
    if (disk->device.honest) {
        CHECK(error == 0 || (!whole && what != FLUSH));
        if (whole && (what == READ || what == WRITE)) {
            CHECK(memcmp(disk->content + on.block * DISK_SECTOR_BYTES, on.bytes, on.count * DISK_SECTOR_BYTES) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    world_start(input_below(2) == 0, turn);
    memset(in_stack, 0, sizeof in_stack);
    present = 1 + input_below(DISKS);
    const uint32_t honest = input_below(present);
    for (unsigned i = 0; i < present; i++) {
        const unsigned name = i == honest ? HONEST : i == HONEST ? honest : i;
        disk_start(&disks[i], names[name], i == honest, input_below(2));
    }
    bring_up();
    for (int i = 0; i < OPERATIONS_MOST && !input_over(); i++) {
        one_operation();
    }
    world_end();
    forget_block();
    forget_virtio();
    return 0;
}
