/*
 * In the place of lwIP's pools and its heap, on the host: as many pieces of memory as in a machine, but each lies
 * alone, so that the sanitizer sees who uses one beyond its end, or when it was given back.
 */
#pragma once

/* So many of the next that are asked for are refused, whatever is held; but no timer: lwIP relies on those. */
extern unsigned pools_refuse;

/* Frees all that is held. Whoever holds it must be forgotten, too. */
void pools_drop(void);
