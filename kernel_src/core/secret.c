/* Secrets, taken from the first page after the image, where nothing else has been yet, and wiped there. */
#include "unikernel/secret.h"

#include <stdbool.h>
#include <stdint.h>

#include "unikernel/abi.h"
#include "unikernel/memory.h"
#include "words.h"

enum { DECIMAL = 10, HEX_BITS = 4 };

extern char image_end[];

static int digit_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + DECIMAL : -1;
}

/* Two digits a byte, and not one more or less. */
static bool decode(uint8_t *place, size_t bytes, const char *word, size_t length) {
    if (length != 2 * bytes) {
        return false;
    }
    for (size_t i = 0; i < bytes; i++) {
        const int high = digit_of(word[2 * i]);
        const int low = digit_of(word[2 * i + 1]);
        if (high < 0 || low < 0) {
            return false;
        }
        place[i] = (uint8_t)(high << HEX_BITS | low);
    }
    return true;
}

void secret_take_all(void) {
    const struct memory_range heap = memory_heap();
    struct abi_secrets *given = (struct abi_secrets *)heap.start;
    if (heap.start != (uintptr_t)image_end || heap.bytes < sizeof *given || given->magic != ABI_SECRETS_MAGIC) {
        return;
    }
    given->words[sizeof given->words - 1] = 0;
    for (const struct secret *each = secrets; each->key != NULL; each++) {
        size_t length;
        const char *word = words_find(given->words, each->key, 0, &length);
        if (word != NULL && !decode(each->place, each->bytes, word, length)) {
            secret_wipe(each->place, each->bytes);
        }
    }
    secret_wipe(given, sizeof *given);
}

void secret_wipe(void *place, size_t bytes) {
    for (volatile char *at = place; bytes > 0; bytes--) {
        *at++ = 0;
    }
}
