/* sources: drivers/virtio/virtq.c */
/* The virtqueue with a device that is honest, and with one for each lie. */
#include "unikernel/virtq.h"

#include <errno.h>
#include <stdlib.h>

#include "check.h"

enum { SIZE = 8, ROUNDS = 70000 /* the indices are 16 bits wide */, NEXT = 1, DEVICE_WRITES = 2, BYTES = 64 };

static struct virtq queue;
static void *memory;
static unsigned char bytes[BYTES];
static int tokens[SIZE];

static void fresh(void) {
    free(memory);
    memory = aligned_alloc(VIRTQ_ALIGN, virtq_bytes(SIZE));
    virtq_init(&queue, SIZE, memory);
}

/* A request of `count` pieces, all but the first for the device to write. */
static int add(size_t count, int *token) {
    struct virtq_piece pieces[SIZE + 1];
    for (size_t i = 0; i < count; i++) {
        pieces[i] = (struct virtq_piece){bytes + i, 1, i > 0};
    }
    return virtq_add(&queue, pieces, count, token);
}

static uint16_t newest(void) {
    return queue.available->ring[(uint16_t)(queue.available->index - 1) % SIZE];
}

static void give(uint32_t id, uint32_t length) {
    volatile struct virtq_used_element *element = &queue.used->ring[queue.used->index % SIZE];
    element->id = id;
    element->length = length;
    queue.used->index++;
}

static void take(const int *token, uint32_t length) {
    void *given;
    uint32_t written;
    CHECK(virtq_take(&queue, &given, &written) == 1 && given == token && written == length);
}

static void check_broken(void) {
    void *given = NULL;
    uint32_t written;
    CHECK(virtq_take(&queue, &given, &written) == -EIO && given == NULL);
    queue.used->index = queue.used_index; /* the device thinks better of it: too late */
    CHECK(virtq_ready(&queue) && virtq_take(&queue, &given, &written) == -EIO && add(1, tokens) == -EIO);
}

static void a_chain_names_its_pieces_in_order(void) {
    fresh();
    CHECK(add(3, tokens) == 0 && queue.available->index == 1);
    uint16_t at = newest();
    for (int i = 0; i < 3; i++) {
        const struct virtq_descriptor *descriptor = &queue.descriptors[at];
        CHECK(descriptor->address == (uintptr_t)(bytes + i) && descriptor->length == 1);
        CHECK(descriptor->flags == (i > 0 ? DEVICE_WRITES : 0) + (i < 2 ? NEXT : 0));
        at = descriptor->next;
    }
    give(newest(), 2);
    take(tokens, 2);
    CHECK(queue.free_count == SIZE);
}

static void indices_wrap(void) {
    fresh();
    for (int i = 0; i < ROUNDS; i++) {
        const size_t count = 1 + (size_t)i % SIZE;
        CHECK(!virtq_ready(&queue) && add(count, &tokens[i % SIZE]) == 0);
        give(newest(), 0);
        CHECK(virtq_ready(&queue));
        take(&tokens[i % SIZE], 0);
        CHECK(queue.free_count == SIZE);
    }
    CHECK(queue.used_index == (uint16_t)ROUNDS);
}

static void a_full_queue_says_so_and_takes_again(void) {
    fresh();
    uint16_t heads[SIZE / 2];
    for (int i = 0; i < SIZE / 2; i++) {
        CHECK(add(2, &tokens[i]) == 0);
        heads[i] = newest();
    }
    CHECK(add(1, tokens) == -ENOSPC && queue.available->index == SIZE / 2);
    CHECK(add(SIZE + 1, tokens) == -EINVAL && add(0, tokens) == -EINVAL && add(1, NULL) == -EINVAL);
    give(heads[2], 1); /* in an order of its own */
    give(heads[0], 1);
    take(&tokens[2], 1);
    take(&tokens[0], 1);
    CHECK(add(4, &tokens[4]) == 0 && add(1, tokens) == -ENOSPC);
}

static void what_was_written_is_no_more_than_what_could_be(void) {
    fresh();
    CHECK(add(3, tokens) == 0);
    give(newest(), UINT32_MAX);
    take(tokens, 2);
    CHECK(add(1, tokens) == 0); /* nothing of it may be written */
    give(newest(), 1);
    take(tokens, 0);
}

static void a_request_beyond_the_table_breaks_the_queue(void) {
    fresh();
    CHECK(add(1, tokens) == 0);
    give(SIZE, 0);
    check_broken();
    fresh();
    CHECK(add(1, tokens) == 0);
    give(newest() + 0x10000u, 0); /* not cut to 16 bits */
    check_broken();
}

static void a_request_that_was_not_made_breaks_the_queue(void) {
    fresh();
    CHECK(add(1, tokens) == 0);
    give(newest() + 1u, 0);
    check_broken();
}

static void the_middle_of_a_chain_breaks_the_queue(void) {
    fresh();
    CHECK(add(3, tokens) == 0);
    give(queue.descriptors[newest()].next, 0);
    check_broken();
}

static void a_request_given_back_twice_breaks_the_queue(void) {
    fresh();
    CHECK(add(1, tokens) == 0 && add(1, tokens + 1) == 0);
    give(newest(), 0);
    give(newest(), 0);
    take(tokens + 1, 0);
    check_broken();
}

static void more_given_back_than_the_queue_holds_breaks_it(void) {
    fresh();
    CHECK(add(1, tokens) == 0);
    queue.used->index = SIZE + 1;
    check_broken();
    fresh();
    CHECK(add(1, tokens) == 0);
    queue.used->index = UINT16_MAX; /* backwards */
    check_broken();
}

/* All that the device can write is written over; what this side remembers is elsewhere. */
static void nothing_in_the_devices_reach_is_believed(void) {
    fresh();
    CHECK(add(3, tokens) == 0 && add(5, tokens + 1) == 0);
    const uint16_t head = newest();
    for (unsigned char *at = memory; at < (unsigned char *)queue.entries; at++) {
        *at = 0xa5;
    }
    queue.used->index = 0;
    give(head, 4);
    take(tokens + 1, 4);
    CHECK(queue.free_count == 5 && add(5, tokens + 2) == 0 && add(1, tokens) == -ENOSPC);
    CHECK(queue.available->index == 3 && queue.available->ring[2] == newest());
}

static void hints_are_taken(void) {
    fresh();
    CHECK(virtq_must_notify(&queue));
    queue.used->flags = 1;
    CHECK(!virtq_must_notify(&queue));
    virtq_interrupts(&queue, false);
    CHECK(queue.available->flags == 1);
    virtq_interrupts(&queue, true);
    CHECK(queue.available->flags == 0);
}

int main(void) {
    a_chain_names_its_pieces_in_order();
    indices_wrap();
    a_full_queue_says_so_and_takes_again();
    what_was_written_is_no_more_than_what_could_be();
    a_request_beyond_the_table_breaks_the_queue();
    a_request_that_was_not_made_breaks_the_queue();
    the_middle_of_a_chain_breaks_the_queue();
    a_request_given_back_twice_breaks_the_queue();
    more_given_back_than_the_queue_holds_breaks_it();
    nothing_in_the_devices_reach_is_believed();
    hints_are_taken();
    free(memory);
    return 0;
}
