/* What TLS asks of the kernel: a clock that says what a test wants, and bytes nobody can guess. */
#include "world.h"

#include <stdio.h>

#include "unikernel/clock.h"
#include "unikernel/entropy.h"

int64_t world_now_s = 1767225600; /* 2026-01-01 */

int64_t clock_wall_ns(void) {
    return world_now_s * 1000000000;
}

uint64_t clock_monotonic_ns(void) {
    return 0;
}

enum { SEED = 883252 };
static uint64_t state = SEED; /* xorshift: the same at each run */

void world_again(void) {
    state = SEED;
}

int entropy_fill(void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        ((unsigned char *)bytes)[i] = (unsigned char)(state >> 32);
    }
    return 0;
}
