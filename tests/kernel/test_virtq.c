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

static void interrupts_are_a_hint(void) {
    fresh();
    CHECK(!virtq_interrupts(&queue, false) && queue.available->flags == 1);
    CHECK(!virtq_interrupts(&queue, true) && queue.available->flags == 0);
}

/* 2.7.7.1: what came between the last look and the turning on made no interrupt. */
static void what_came_unseen_is_told_when_interrupts_are_turned_on(void) {
    fresh();
    void *given;
    uint32_t written;
    CHECK(add(1, tokens) == 0 && !virtq_interrupts(&queue, false));
    CHECK(virtq_take(&queue, &given, &written) == 0);
    give(newest(), 0);
    CHECK(virtq_interrupts(&queue, true));
    take(tokens, 0);
    CHECK(!virtq_interrupts(&queue, true));
    queue.broken = true;
    CHECK(virtq_interrupts(&queue, true)); /* nobody waits for one that gives nothing more */
}

static void requests_in_flight_are_known(void) {
    fresh();
    CHECK(virtq_in_flight(&queue) == 0 && queue.most_in_flight == 0);
    CHECK(add(3, tokens) == 0 && add(2, tokens + 1) == 0 && virtq_in_flight(&queue) == 2);
    CHECK(add(SIZE, tokens) == -ENOSPC && virtq_in_flight(&queue) == 2);
    give(queue.available->ring[0], 0);
    CHECK(virtq_in_flight(&queue) == 2); /* until it is taken */
    take(tokens, 0);
    CHECK(virtq_in_flight(&queue) == 1 && queue.most_in_flight == 2);
    give(queue.available->ring[1], 0);
    take(tokens + 1, 0);
    CHECK(virtq_in_flight(&queue) == 0 && queue.most_in_flight == 2);
}

/* A nic's two queues. Buffers to receive into are all with the device, which fills them in any order; each goes back.
 * Frames to send, a head and a payload, are with it as many as fit, and done in any order. */

static void received_buffers_come_in_any_order_and_go_back(void) {
    fresh();
    srand(SIZE);
    uint16_t heads[SIZE];
    for (int i = 0; i < SIZE; i++) {
        const struct virtq_piece piece = {bytes + i, 1, true};
        CHECK(virtq_add(&queue, &piece, 1, &tokens[i]) == 0);
        heads[i] = newest();
    }
    for (int i = 0; i < ROUNDS; i++) {
        const int filled = rand() % SIZE;
        give(heads[filled], 1);
        take(&tokens[filled], 1);
        const struct virtq_piece piece = {bytes + filled, 1, true};
        CHECK(virtq_add(&queue, &piece, 1, &tokens[filled]) == 0);
        heads[filled] = newest();
        CHECK(queue.descriptors[heads[filled]].address == (uintptr_t)(bytes + filled));
        CHECK(virtq_in_flight(&queue) == SIZE && queue.free_count == 0);
    }
}

static void frames_are_sent_as_many_as_fit(void) {
    enum { FRAMES = SIZE / 2 };
    fresh();
    srand(SIZE);
    uint16_t heads[FRAMES];
    bool sending[FRAMES] = {false};
    for (int i = 0; i < ROUNDS; i++) {
        const int frame = rand() % FRAMES;
        const struct virtq_piece pieces[] = {{bytes + frame, 1, false}, {bytes + FRAMES + frame, 1, false}};
        if (sending[frame]) {
            give(heads[frame], UINT32_MAX);
            take(&tokens[frame], 0); /* nothing of it may be written */
        } else {
            CHECK(virtq_add(&queue, pieces, 2, &tokens[frame]) == 0);
            heads[frame] = newest();
        }
        sending[frame] = !sending[frame];
    }
    CHECK(queue.most_in_flight == FRAMES);
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
    interrupts_are_a_hint();
    what_came_unseen_is_told_when_interrupts_are_turned_on();
    requests_in_flight_are_known();
    received_buffers_come_in_any_order_and_go_back();
    frames_are_sent_as_many_as_fit();
    free(memory);
    return 0;
}
