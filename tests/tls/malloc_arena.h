/* Arenas over the host's malloc: see malloc_arena.c. */
#pragma once

/* So many pieces are there, and then one is not; below 0: as many as there is room for. */
extern int malloc_arena_left;
