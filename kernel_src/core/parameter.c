/* Parameters that were left open for the boot, taken from the command line: docs/abi.md says how they stand there. */
#include "unikernel/parameter.h"

#include "unikernel/machine.h"
#include "unikernel/memory.h"

enum { DECIMAL = 10, HEX_BITS = 4, ESCAPE_DIGITS = 2 };

/* Counted below zero, where there is one number more. */
static bool take_int(int64_t *place, const char *word, size_t length) {
    const bool negative = length > 0 && *word == '-';
    int64_t value = 0;
    for (size_t i = negative; i < length; i++) {
        if (word[i] < '0' || word[i] > '9' || __builtin_mul_overflow(value, DECIMAL, &value) ||
            __builtin_sub_overflow(value, word[i] - '0', &value)) {
            return false;
        }
    }
    if (length == (size_t)negative || (!negative && __builtin_sub_overflow(0, value, &value))) {
        return false;
    }
    *place = value;
    return true;
}

static int digit_of(char c) {
    return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + DECIMAL : -1;
}

/* Bytes that would end a word, and '%' itself, stand there as %XX. */
static bool take_text(const char **place, const char *word, size_t length) {
    char *text = memory_take(length + 1, 1);
    if (text == NULL) {
        return false;
    }
    size_t count = 0;
    for (size_t i = 0; i < length; i++) {
        if (word[i] != '%') {
            text[count++] = word[i];
            continue;
        }
        const int high = length - i > ESCAPE_DIGITS ? digit_of(word[i + 1]) : -1;
        const int low = high < 0 ? -1 : digit_of(word[i + 2]);
        if (low < 0) {
            return false;
        }
        text[count++] = (char)(high << HEX_BITS | low);
        i += ESCAPE_DIGITS;
    }
    text[count] = 0;
    *place = text;
    return true;
}

static bool take(const struct parameter *each, const char *word, size_t length) {
    void *place = (void *)(uintptr_t)each->place;
    switch (each->kind) {
    case PARAMETER_BOOL:
        *(bool *)place = *word == '1';
        return length == 1 && (*word == '0' || *word == '1');
    case PARAMETER_INT:
        return take_int(place, word, length);
    case PARAMETER_TEXT:
        return take_text(place, word, length);
    }
    return false;
}

void parameter_take_all(void) {
    for (const struct parameter *each = parameters; each->key != NULL; each++) {
        size_t length;
        const char *word = each->open ? memory_command_line(each->key, &length) : NULL;
        if (word != NULL && !take(each, word, length)) {
            machine_panic(ABI_PANIC_ASSERTION, "a parameter on the command line is none");
        }
    }
}
