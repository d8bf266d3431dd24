/*
 * The garbage-collected heap. Its tables are cleared when an area is added, 3 bytes in 128, so a machine with much
 * memory begins with one area of moderate size and adds others when it is full: boot time does not grow with memory. An
 * area that became empty comes back, and its neighbours grow together again.
 */
#include "py/gc.h"
#include "py/mpstate.h"
#include "shared/runtime/gchelper.h"
#include "unikernel/memory.h"

#include "port.h"

enum { FIRST_AREA_BYTES = 16 * 1024 * 1024, LEAST_HOLE_BYTES = 4096 };

/* Memory that no area has; lies at its own beginning. */
struct hole {
    size_t bytes;
    struct hole *next; /* at a higher address */
};

static struct hole *holes;

static void hole_insert(uintptr_t start, size_t bytes) {
    struct hole **link = &holes;
    struct hole *before = NULL;
    while (*link != NULL && (uintptr_t)*link < start) {
        before = *link;
        link = &before->next;
    }
    struct hole *hole = (struct hole *)start;
    *hole = (struct hole){.bytes = bytes, .next = *link};
    *link = hole;
    if (hole->next != NULL && start + hole->bytes == (uintptr_t)hole->next) {
        hole->bytes += hole->next->bytes;
        hole->next = hole->next->next;
    }
    if (before != NULL && (uintptr_t)before + before->bytes == start) {
        before->bytes += hole->bytes;
        before->next = hole->next;
    }
}

void heap_init(void) {
    struct memory_range range = memory_heap();
    size_t first = range.bytes;
    holes = NULL; /* the runtime may begin afresh */
    if (range.bytes >= FIRST_AREA_BYTES + LEAST_HOLE_BYTES) {
        first = FIRST_AREA_BYTES;
        hole_insert(range.start + first, range.bytes - first);
    }
    gc_init((void *)range.start, (void *)(range.start + first));
}

size_t gc_get_max_new_split(void) {
    size_t most = 0;
    for (const struct hole *hole = holes; hole != NULL; hole = hole->next) {
        most = hole->bytes > most ? hole->bytes : most;
    }
    return most;
}

void *heap_area_take(size_t bytes) {
    for (struct hole **link = &holes; *link != NULL; link = &(*link)->next) {
        struct hole *hole = *link;
        if (hole->bytes >= bytes) {
            size_t left = hole->bytes - bytes;
            *link = hole->next;
            if (left >= LEAST_HOLE_BYTES) {
                hole_insert((uintptr_t)hole + bytes, left);
            }
            return hole;
        }
    }
    return NULL;
}

void heap_area_give(void *area) {
    hole_insert((uintptr_t)area, (uintptr_t)((mp_state_mem_area_t *)area)->gc_pool_end - (uintptr_t)area);
}

void gc_collect(void) {
    if (metrics_collection != NULL) {
        metrics_collection();
    }
    gc_collect_start();
    gc_helper_collect_regs_and_stack();
    gc_collect_end();
}
