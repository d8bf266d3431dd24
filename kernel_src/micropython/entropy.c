/* The seed of the module random. */
#include "unikernel/entropy.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "unikernel/clock.h"

/* Without a source of entropy the sequence differs from boot to boot only by time: enough for games, as upstream's
 * random is. */
uint32_t random_seed_value(void) {
    uint32_t seed;
    return entropy_fill(&seed, sizeof seed) == 0 ? seed : (uint32_t)clock_ticks();
}
