/* Arenas of the same bounds, whose pieces are the host's: so a sanitizer sees a step beyond one. */
#include <stdlib.h>

#include "check.h"
#include "crypto/tls/arena.h"
#include "malloc_arena.h"

enum { OWN = 64 };

int malloc_arena_left = -1;

struct arena {
    size_t bytes, now, most;
};

struct head {
    struct arena *arena;
    size_t bytes;
};
_Static_assert(sizeof(struct head) == ARENA_ALIGN, "all that is taken is aligned");

struct arena *arena_start(void *memory, size_t bytes) {
    struct arena *arena = memory;
    *arena = (struct arena){.bytes = bytes - OWN};
    return arena;
}

void *arena_take(struct arena *arena, size_t bytes) {
    if (bytes > arena->bytes || arena->now + bytes + sizeof(struct head) > arena->bytes) {
        return NULL;
    }
    if (malloc_arena_left >= 0 && malloc_arena_left-- == 0) {
        return NULL;
    }
    struct head *head = malloc(sizeof *head + bytes);
    CHECK(head != NULL);
    *head = (struct head){arena, bytes + sizeof *head};
    arena->now += head->bytes;
    arena->most = arena->now > arena->most ? arena->now : arena->most;
    return head + 1;
}

void arena_give(struct arena *arena, void *place) {
    (void)arena; /* as its address says, which is not one of ours */
    struct head *head = (struct head *)place - 1;
    head->arena->now -= head->bytes;
    free(head);
}

size_t arena_most(const struct arena *arena) {
    return arena->most;
}

bool arena_is_empty(const struct arena *arena) {
    return arena->now == 0;
}
