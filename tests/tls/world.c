/* What TLS asks of the kernel: a clock that says what a test wants, and bytes nobody can guess. */
#include "world.h"

#include <stdio.h>

#include "unikernel/clock.h"
#include "unikernel/entropy.h"
#include "unikernel/secret.h"

int64_t world_now_s = 1767225600; /* 2026-01-01 */

int64_t clock_wall_ns(void) {
    return world_now_s * 1000000000;
}

uint64_t clock_monotonic_ns(void) {
    return 0;
}

int entropy_fill(void *bytes, size_t length) {
    static uint64_t state = 88172645463325252u; /* xorshift: the same at each run */
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        ((unsigned char *)bytes)[i] = (unsigned char)(state >> 32);
    }
    return 0;
}

void secret_wipe(void *place, size_t bytes) {
    for (volatile char *at = place; bytes > 0; bytes--) {
        *at++ = 0;
    }
}
