/*
 * A piece of memory that many small ones are taken from and given back to; what one arena lacks, no other loses. Each
 * session of TLS lives in one of its own.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { ARENA_ALIGN = 16 };

struct arena;

/* Makes an arena of that memory, aligned to ARENA_ALIGN; a few of the bytes are its own. */
struct arena *arena_start(void *memory, size_t bytes);

void *arena_take(struct arena *arena, size_t bytes); /* aligned to ARENA_ALIGN; NULL where no hole is large enough */
void arena_give(struct arena *arena, void *place);   /* what was taken from this arena */

size_t arena_most(const struct arena *arena); /* bytes that were taken at once, at most, with what keeps them apart */
bool arena_is_empty(const struct arena *arena);
