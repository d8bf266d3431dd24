#include "statics.h"

#include <stddef.h>
#include <stdlib.h>

#include "check.h"

enum { AT_ONCE = 16 }; /* so that a fuzzer, which counts loops, is not held up */

/* Between its objects the sanitizer has placed what nobody may touch; but for that this is memcpy. */
__attribute__((no_sanitize("address"))) static void copy(volatile size_t *to, const volatile size_t *from,
                                                         size_t words) {
    for (size_t i = 0; i < words; i += AT_ONCE) {
#pragma GCC unroll 16
        for (size_t each = 0; each < AT_ONCE; each++) {
            to[i + each] = from[i + each];
        }
    }
}

/* The ends are longer than what is copied too much. */
static void again(size_t **kept, unsigned char *first, const unsigned char *last) {
    CHECK(first < last && STATICS_END_BYTES > AT_ONCE * sizeof(size_t));
    const size_t words = (size_t)(last - first) / sizeof(size_t);
    if (*kept == NULL) {
        *kept = malloc((words + AT_ONCE) * sizeof(size_t));
        copy(*kept, (size_t *)first, words);
    } else {
        copy((size_t *)first, *kept, words);
    }
}

void statics_again(void) {
    static size_t *data, *zero;
    again(&data, statics_first_data, statics_last_data);
    again(&zero, statics_first_zero, statics_last_zero);
}
