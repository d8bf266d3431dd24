/* The split virtqueue: see virtq.h. Sections are those of VIRTIO 1.2. */
#include "unikernel/virtq.h"

#include <errno.h>

#include "device_barrier.h"

enum {
    DESCRIPTOR_NEXT = 1, /* 2.7.5 */
    DESCRIPTOR_DEVICE_WRITES = 2,
    AVAILABLE_NO_INTERRUPT = 1, /* 2.7.6 */
};

/* The parts lie one after the other, each at its alignment (2.7): 16, 2 and 4 bytes; our own last. */

static size_t descriptors_bytes(uint16_t size) {
    return size * sizeof(struct virtq_descriptor);
}

static size_t available_bytes(uint16_t size) {
    const size_t bytes = sizeof(struct virtq_available) + (size + 1u) * sizeof(uint16_t); /* used_event behind it */
    return (bytes + VIRTQ_ALIGN - 1) / VIRTQ_ALIGN * VIRTQ_ALIGN;
}

static size_t used_bytes(uint16_t size) {
    const size_t bytes = sizeof(struct virtq_used) + size * sizeof(struct virtq_used_element) + sizeof(uint16_t);
    return (bytes + VIRTQ_ALIGN - 1) / VIRTQ_ALIGN * VIRTQ_ALIGN;
}

size_t virtq_bytes(uint16_t size) {
    return descriptors_bytes(size) + available_bytes(size) + used_bytes(size) + size * sizeof(struct virtq_entry);
}

void virtq_init(struct virtq *queue, uint16_t size, void *memory) {
    unsigned char *at = memory;
    for (size_t i = 0; i < virtq_bytes(size); i++) {
        at[i] = 0;
    }
    *queue = (struct virtq){.size = size, .free_count = size};
    queue->descriptors = (void *)at;
    at += descriptors_bytes(size);
    queue->available = (void *)at;
    at += available_bytes(size);
    queue->used = (void *)at;
    at += used_bytes(size);
    queue->entries = (void *)at;
    for (uint16_t i = 0; i < size; i++) {
        queue->entries[i].next = (uint16_t)(i + 1);
    }
}

int virtq_add(struct virtq *queue, const struct virtq_piece *pieces, size_t count, void *token) {
    if (queue->broken) {
        return -EIO;
    }
    if (count == 0 || count > queue->size || token == NULL) {
        return -EINVAL;
    }
    if (count > queue->free_count) {
        return -ENOSPC;
    }
    const uint16_t head = queue->free_head;
    uint16_t at = head;
    uint64_t writable = 0;
    for (size_t i = 0; i < count; i++) {
        const bool last = i + 1 == count;
        const uint16_t next = queue->entries[at].next;
        queue->descriptors[at] = (struct virtq_descriptor){
            .address = (uintptr_t)pieces[i].bytes,
            .length = pieces[i].length,
            .flags =
                (uint16_t)((last ? 0 : DESCRIPTOR_NEXT) | (pieces[i].device_writes ? DESCRIPTOR_DEVICE_WRITES : 0)),
            .next = last ? 0 : next,
        };
        writable += pieces[i].device_writes ? pieces[i].length : 0;
        at = next;
    }
    struct virtq_entry *entry = &queue->entries[head];
    entry->token = token;
    entry->count = (uint16_t)count;
    entry->writable = writable > UINT32_MAX ? UINT32_MAX : (uint32_t)writable;
    queue->free_head = at;
    queue->free_count -= (uint16_t)count;

    queue->available->ring[queue->available_index % queue->size] = head;
    queue->available_index++;
    const uint16_t in_flight = virtq_in_flight(queue);
    queue->most_in_flight = in_flight > queue->most_in_flight ? in_flight : queue->most_in_flight;
    __atomic_store_n(&queue->available->index, queue->available_index, __ATOMIC_RELEASE); /* 2.7.13.3 */
    return 0;
}

/* The chain goes to the head of the free list; it is followed in our own memory. */
static void release(struct virtq *queue, uint16_t head) {
    struct virtq_entry *first = &queue->entries[head];
    uint16_t tail = head;
    for (uint16_t i = 1; i < first->count; i++) {
        tail = queue->entries[tail].next;
    }
    queue->entries[tail].next = queue->free_head;
    queue->free_head = head;
    queue->free_count += first->count;
    first->token = NULL;
}

int virtq_take(struct virtq *queue, void **token, uint32_t *written) {
    if (queue->broken) {
        return -EIO;
    }
    const uint16_t index = __atomic_load_n(&queue->used->index, __ATOMIC_ACQUIRE);
    const uint16_t waiting = (uint16_t)(index - queue->used_index);
    if (waiting == 0) {
        return 0;
    }
    /* Read once, then checked: the device can change it between two looks. */
    volatile struct virtq_used_element *element = &queue->used->ring[queue->used_index % queue->size];
    const uint32_t id = __atomic_load_n(&element->id, __ATOMIC_RELAXED);
    const uint32_t length = __atomic_load_n(&element->length, __ATOMIC_RELAXED);
    if (waiting > queue->size || id >= queue->size || queue->entries[id].token == NULL) {
        queue->broken = true;
        return -EIO;
    }
    const struct virtq_entry *entry = &queue->entries[id];
    *token = entry->token;
    *written = length < entry->writable ? length : entry->writable;
    queue->used_index++;
    release(queue, (uint16_t)id);
    return 1;
}

bool virtq_ready(const struct virtq *queue) {
    return queue->broken || __atomic_load_n(&queue->used->index, __ATOMIC_ACQUIRE) != queue->used_index;
}

bool virtq_interrupts(struct virtq *queue, bool wanted) {
    __atomic_store_n(&queue->available->flags, (uint16_t)(wanted ? 0 : AVAILABLE_NO_INTERRUPT), __ATOMIC_RELEASE);
    if (!wanted) {
        return false;
    }
    device_barrier(); /* seen before the look that follows, 2.7.7.1 */
    return virtq_ready(queue);
}
