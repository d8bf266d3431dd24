/*
 * The world of mbedTLS: memory, time, randomness. Memory is cut once: for the table of keys, which all sessions share;
 * for contexts; and one arena a session. What is given back finds its arena by its address.
 */
#include "platform.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "core/calendar.h"
#include "crypto/tls.h"
#include "mbedtls/platform_util.h"
#include "psa/crypto.h"
#include "unikernel/clock.h"
#include "unikernel/entropy.h"

enum {
    NS_PER_SECOND = 1000000000,
    NS_PER_MS = 1000000,
    SECONDS_PER_DAY = 86400,
    SECONDS_PER_HOUR = 3600,
    SECONDS_PER_MINUTE = 60,
    FIRST_YEAR = 1900,
    /* A session has at most 4 keys at once, each in a slot of the table, which doubles when it is full: so twice that,
     * and what it begins with. */
    KEYS_OF_SESSION = 1024,
    KEYS_LEAST = 4096,
};

/* Before that no image of this kind was built: a clock that says so was never set. */
#define CLOCK_LEAST_S INT64_C(1735689600) /* 2025-01-01 */

static struct arena *current, *keys, *store;
static bool lacked;
static char *sessions; /* TLS_SESSION_BYTES each */
static unsigned session_count;
static uint64_t *session_used; /* a bit each */

enum { BITS = 64 };

static size_t keys_bytes(unsigned count) {
    return KEYS_LEAST + (size_t)count * KEYS_OF_SESSION;
}

static size_t used_bytes(unsigned count) {
    return ((count + BITS - 1) / BITS * sizeof *session_used + TLS_ALIGN - 1) & ~(size_t)(TLS_ALIGN - 1);
}

size_t tls_bytes(unsigned count, size_t store_bytes) {
    return used_bytes(count) + keys_bytes(count) + store_bytes + (size_t)count * TLS_SESSION_BYTES;
}

int tls_start(void *memory, unsigned count, size_t store_bytes) {
    char *at = memory;
    session_used = memory;
    memset(session_used, 0, used_bytes(count));
    at += used_bytes(count);
    keys = arena_start(at, keys_bytes(count));
    at += keys_bytes(count);
    store = arena_start(at, store_bytes);
    sessions = at + store_bytes;
    session_count = count;
    struct arena *before = platform_enter(keys);
    const psa_status_t status = psa_crypto_init();
    platform_enter(before);
    return status == PSA_SUCCESS ? 0 : status == PSA_ERROR_INSUFFICIENT_MEMORY ? -ENOMEM : -EIO;
}

/* Memory. */

struct arena *platform_enter(struct arena *arena) {
    struct arena *before = current;
    current = arena;
    lacked = lacked && before != NULL;
    return before;
}

struct arena *platform_store(void) {
    return store;
}

struct arena *platform_session_take(void) {
    for (unsigned i = 0; i < session_count; i++) {
        uint64_t *word = &session_used[i / BITS];
        const uint64_t bit = UINT64_C(1) << i % BITS;
        if ((*word & bit) == 0) {
            *word |= bit;
            return arena_start(sessions + (size_t)i * TLS_SESSION_BYTES, TLS_SESSION_BYTES);
        }
    }
    return NULL;
}

void platform_session_give(struct arena *arena, bool was_lacked) {
    const unsigned i = (unsigned)(((char *)arena - sessions) / TLS_SESSION_BYTES);
    if (!arena_is_empty(arena) && !was_lacked) {
        return;
    }
    mbedtls_platform_zeroize(arena, TLS_SESSION_BYTES);
    session_used[i / BITS] &= ~(UINT64_C(1) << i % BITS);
}

static void *zeroed(struct arena *arena, size_t count, size_t bytes) {
    size_t whole;
    if (arena == NULL || lacked || __builtin_mul_overflow(count, bytes, &whole)) {
        return NULL;
    }
    void *place = arena_take(arena, whole);
    lacked |= place == NULL && arena != store; /* without memory of contexts there is only no ticket */
    return place == NULL ? NULL : memset(place, 0, whole);
}

bool platform_lacked(void) {
    return lacked;
}

void *tls_calloc(size_t count, size_t bytes) {
    return zeroed(current, count, bytes);
}

void *tls_calloc_keys(size_t count, size_t bytes) {
    return zeroed(keys, count, bytes);
}

void tls_free(void *place) {
    if (place == NULL) {
        return;
    }
    const char *at = place;
    if (at >= sessions) {
        arena_give((struct arena *)(sessions + (at - sessions) / TLS_SESSION_BYTES * TLS_SESSION_BYTES), place);
    } else {
        arena_give(at >= (const char *)store ? store : keys, place);
    }
}

/* Time. */

static int64_t wall_s(void) {
    const int64_t ns = clock_wall_ns();
    return ns < 0 ? 0 : ns / NS_PER_SECOND;
}

bool platform_clock_set(void) {
    return wall_s() >= CLOCK_LEAST_S;
}

int64_t tls_time(int64_t *seconds) {
    const int64_t now = wall_s();
    if (seconds != NULL) {
        *seconds = now;
    }
    return now;
}

mbedtls_ms_time_t mbedtls_ms_time(void) {
    return (mbedtls_ms_time_t)(clock_monotonic_ns() / NS_PER_MS);
}

struct tm *mbedtls_platform_gmtime_r(const mbedtls_time_t *seconds, struct tm *time) {
    const struct calendar_day day = calendar_day_of(*seconds);
    const int64_t rest = *seconds - calendar_seconds(day.year, day.month, day.day);
    *time = (struct tm){
        .tm_year = day.year - FIRST_YEAR,
        .tm_mon = day.month - 1,
        .tm_mday = day.day,
        .tm_hour = (int)(rest / SECONDS_PER_HOUR),
        .tm_min = (int)(rest / SECONDS_PER_MINUTE % SECONDS_PER_MINUTE),
        .tm_sec = (int)(rest % SECONDS_PER_MINUTE),
    };
    return time;
}

/* Randomness. */

int platform_random(void *nothing, unsigned char *bytes, size_t length) {
    (void)nothing;
    return entropy_fill(bytes, length) == 0 ? 0 : PSA_ERROR_INSUFFICIENT_ENTROPY;
}

psa_status_t mbedtls_psa_external_get_random(mbedtls_psa_external_random_context_t *context, uint8_t *bytes,
                                             size_t size, size_t *length) {
    (void)context;
    *length = size;
    return entropy_fill(bytes, size) == 0 ? PSA_SUCCESS : PSA_ERROR_INSUFFICIENT_ENTROPY;
}
