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
/* Nothing is left of what it held. One that is not empty is given back only if memory was `lacked` in it: mbedTLS then
 * forgets pieces of its own. Without that, somebody else has a piece: better a session less than a pointer into another
 * one. */
void platform_session_give(struct arena *arena, bool lacked);

/* Whether memory of a session, or for keys, was full since the outermost arena was entered. From then on there is none:
 * mbedTLS goes on after some failures as if nothing had been, and would take what it could not compute for what the
 * peer has said. */
bool platform_lacked(void);

bool platform_clock_set(void); /* the wall clock can be believed */

int platform_random(void *nothing, unsigned char *bytes, size_t length); /* as mbedTLS asks for it */
