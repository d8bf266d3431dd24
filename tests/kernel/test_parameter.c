/* sources: core/parameter.c */
#include <setjmp.h>
#include <string.h>

#include "check.h"
#include "unikernel/machine.h"
#include "unikernel/memory.h"
#include "unikernel/parameter.h"

static int64_t count = 7;
static bool loud;
static const char *greeting = "Hello";
static const int64_t fixed = 3;

const struct parameter parameters[] = {
    PARAMETER("a.count", count, true),
    PARAMETER("a.loud", loud, true),
    PARAMETER("app.greeting", greeting, true),
    PARAMETER("app.fixed", fixed, false),
    {.key = NULL},
};

/* What the rest of the kernel gives: one word of the command line, and memory. */
static const char *key_said, *value_said;
static size_t left = 256;
static void *last;
static jmp_buf panicked;

const char *memory_command_line(const char *key, size_t *length) {
    if (strcmp(key, key_said) != 0) {
        return NULL;
    }
    *length = strcspn(value_said, " ");
    return value_said;
}

void *memory_take(size_t bytes, size_t align) {
    (void)align;
    free(last);
    last = bytes > left ? NULL : malloc(bytes); /* no byte more: the sanitizer watches its end */
    return last;
}

noreturn void machine_panic(enum abi_panic_cause cause, const char *message) {
    (void)cause, (void)message;
    longjmp(panicked, 1);
}

static bool taken(const char *key, const char *value) {
    key_said = key;
    value_said = value;
    if (setjmp(panicked) != 0) {
        return false;
    }
    parameter_take_all();
    return true;
}

static void numbers(void) {
    CHECK(taken("a.count", "12 more") && count == 12);
    CHECK(taken("a.count", "-5") && count == -5);
    CHECK(taken("a.count", "9223372036854775807") && count == INT64_MAX);
    CHECK(taken("a.count", "-9223372036854775808") && count == INT64_MIN);
    static const char *const none[] = {"", "-", "9223372036854775808", "-9223372036854775809", "1x", "0x1", "+1"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK(!taken("a.count", none[i]));
    }
}

static void truth(void) {
    CHECK(taken("a.loud", "1") && loud);
    CHECK(taken("a.loud", "0") && !loud);
    CHECK(!taken("a.loud", "true"));
    CHECK(!taken("a.loud", ""));
}

static bool says(const char *word, const char *text) {
    return taken("app.greeting", word) && strcmp(greeting, text) == 0;
}

static void texts(void) {
    CHECK(says("hi there", "hi"));
    CHECK(says("", ""));
    CHECK(says("%C3%A9%20%25%3D", "\xc3\xa9 %="));
    static const char *const none[] = {"%", "%2", "%2 0", "%G0", "%2g", "100%"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        CHECK(!taken("app.greeting", none[i]));
    }
}

static void what_is_fixed_stays(void) {
    CHECK(taken("app.fixed", "4") && fixed == 3);
}

static void without_memory_it_panics(void) {
    left = 0;
    CHECK(!taken("app.greeting", "hi"));
}

int main(void) {
    numbers();
    truth();
    texts();
    what_is_fixed_stays();
    without_memory_it_panics();
    return 0;
}
