/* sources: crypto/tls/arena.c */
#include "crypto/tls/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "check.h"

enum { BYTES = 1 << 16, PIECES = 64, MOST = 8000, STEPS = 200000 };

static struct {
    unsigned char *place;
    size_t bytes;
    unsigned char mark;
} pieces[PIECES];

static uint64_t state = 88172645463325252u;

static uint32_t below(uint32_t limit) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return (uint32_t)(state >> 32) % limit;
}

/* No piece overlaps another, none is moved, and what is given back is as good as new. */
static void pieces_come_and_go(struct arena *arena) {
    unsigned refused = 0;
    for (int step = 0; step < STEPS; step++) {
        const uint32_t i = below(PIECES);
        if (pieces[i].place != NULL) {
            for (size_t at = 0; at < pieces[i].bytes; at++) {
                CHECK(pieces[i].place[at] == pieces[i].mark);
            }
            arena_give(arena, pieces[i].place);
            pieces[i].place = NULL;
            continue;
        }
        pieces[i].bytes = below(4) == 0 ? below(MOST) : below(64);
        pieces[i].mark = (unsigned char)below(256);
        pieces[i].place = arena_take(arena, pieces[i].bytes);
        refused += pieces[i].place == NULL;
        if (pieces[i].place != NULL) {
            CHECK((uintptr_t)pieces[i].place % ARENA_ALIGN == 0);
            memset(pieces[i].place, pieces[i].mark, pieces[i].bytes);
        }
    }
    CHECK(refused > 0 && refused < STEPS / 4);
    CHECK(!arena_is_empty(arena) && arena_most(arena) <= BYTES);
    for (int i = 0; i < PIECES; i++) {
        if (pieces[i].place != NULL) {
            arena_give(arena, pieces[i].place);
        }
    }
}

static void nothing_is_lost(struct arena *arena) {
    CHECK(arena_is_empty(arena));
    void *whole = arena_take(arena, BYTES - 128);
    CHECK(whole != NULL);
    CHECK(arena_take(arena, 128) == NULL);
    arena_give(arena, whole);
}

int main(void) {
    /* The last byte of the memory is the last that may be touched. */
    unsigned char *memory = aligned_alloc(ARENA_ALIGN, BYTES);
    struct arena *arena = arena_start(memory, BYTES);
    CHECK(arena_take(arena, SIZE_MAX) == NULL && arena_take(arena, SIZE_MAX - ARENA_ALIGN) == NULL);
    CHECK(arena_take(arena, BYTES) == NULL);
    nothing_is_lost(arena);
    pieces_come_and_go(arena);
    nothing_is_lost(arena);
    free(memory);
    return 0;
}
