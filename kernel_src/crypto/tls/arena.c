/*
 * Pieces lie one behind the other; each begins with its size and that of the one before, so that a piece given back
 * grows together with its neighbours at once. The holes are in a list, the latest first: what is taken and given back
 * in turn, as big numbers are, stays in the same place.
 */
#include "arena.h"

#include <stdint.h>

struct piece {
    size_t bytes;  /* this head included; the lowest bit: it is taken */
    size_t before; /* of the piece before; 0: there is none */
};

/* A hole's list, behind its head. */
struct hole {
    struct piece piece;
    struct hole *next, **link;
};

struct arena {
    struct hole *holes;
    struct piece *end; /* behind the last piece: taken, of no bytes */
    size_t now, most;
};

enum { TAKEN = 1, HEAD = sizeof(struct piece), LEAST = sizeof(struct hole) };
_Static_assert(sizeof(struct piece) == ARENA_ALIGN && sizeof(struct hole) % ARENA_ALIGN == 0 &&
                   sizeof(struct arena) % ARENA_ALIGN == 0,
               "all that is taken is aligned");

static size_t bytes_of(const struct piece *piece) {
    return piece->bytes & ~(size_t)TAKEN;
}

static struct piece *after(struct piece *piece) {
    return (struct piece *)((char *)piece + bytes_of(piece));
}

static void hole_insert(struct arena *arena, struct piece *piece, size_t bytes) {
    struct hole *hole = (struct hole *)piece;
    hole->piece.bytes = bytes;
    after(piece)->before = bytes;
    hole->next = arena->holes;
    hole->link = &arena->holes;
    if (hole->next != NULL) {
        hole->next->link = &hole->next;
    }
    arena->holes = hole;
}

static void hole_remove(struct hole *hole) {
    *hole->link = hole->next;
    if (hole->next != NULL) {
        hole->next->link = hole->link;
    }
}

struct arena *arena_start(void *memory, size_t bytes) {
    struct arena *arena = memory;
    struct piece *first = (struct piece *)(arena + 1);
    const size_t room = (bytes - sizeof *arena - HEAD) & ~(size_t)(ARENA_ALIGN - 1);
    *arena = (struct arena){.end = (struct piece *)((char *)first + room)};
    *arena->end = (struct piece){.bytes = TAKEN};
    first->before = 0;
    hole_insert(arena, first, room);
    return arena;
}

void *arena_take(struct arena *arena, size_t bytes) {
    if (bytes > SIZE_MAX - HEAD - ARENA_ALIGN) {
        return NULL;
    }
    bytes = (bytes + HEAD + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
    bytes = bytes < LEAST ? LEAST : bytes;
    for (struct hole *hole = arena->holes; hole != NULL; hole = hole->next) {
        const size_t room = hole->piece.bytes;
        if (room < bytes) {
            continue;
        }
        hole_remove(hole);
        struct piece *piece = &hole->piece;
        if (room - bytes >= LEAST) {
            piece->bytes = bytes;
            struct piece *rest = after(piece);
            rest->before = bytes;
            hole_insert(arena, rest, room - bytes);
        }
        arena->now += bytes_of(piece);
        arena->most = arena->now > arena->most ? arena->now : arena->most;
        piece->bytes |= TAKEN;
        return piece + 1;
    }
    return NULL;
}

void arena_give(struct arena *arena, void *place) {
    struct piece *piece = (struct piece *)place - 1;
    size_t bytes = bytes_of(piece);
    arena->now -= bytes;
    struct piece *next = after(piece);
    if ((next->bytes & TAKEN) == 0) {
        hole_remove((struct hole *)next);
        bytes += next->bytes;
    }
    struct piece *before = (struct piece *)((char *)piece - piece->before);
    if (piece->before != 0 && (before->bytes & TAKEN) == 0) {
        hole_remove((struct hole *)before);
        bytes += before->bytes;
        piece = before;
    }
    hole_insert(arena, piece, bytes);
}

size_t arena_most(const struct arena *arena) {
    return arena->most;
}

bool arena_is_empty(const struct arena *arena) {
    return arena->now == 0;
}
