/* The world of mbedTLS: its memory, which is that of the session or context in whose name it is called. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "arena.h"

/* The arena in use from now on; returns the one before, which is to be put back. */
struct arena *platform_enter(struct arena *arena);

struct arena *platform_store(void); /* that of contexts */

/* The arena of a new session: NULL where all are in use. */
struct arena *platform_session_take(void);
void platform_session_give(struct arena *arena); /* nothing is left of what it held */

bool platform_clock_set(void); /* the wall clock can be believed */

int platform_random(void *nothing, unsigned char *bytes, size_t length); /* as mbedTLS asks for it */
