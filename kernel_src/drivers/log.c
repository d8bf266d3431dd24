/* One line a message: seconds since the start, level, source, text. The first requirement is the console, the second
 * the clock. */
#include "unikernel/log.h"

#include <errno.h>
#include <stdint.h>

#include "log.h"
#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/device.h"

enum { CONSOLE, CLOCK, NS_PER_US = 1000, US_DIGITS = 6, DIGITS = 20, DECIMAL = 10 };

static const char *const levels[] = {
    [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};
enum { LEVEL_COUNT = sizeof levels / sizeof *levels };

static enum log_level least;

static bool equal(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++, b++;
    }
    return *a == *b;
}

static int init(struct device *self) {
    const struct log_parameters *parameters = self->parameters;
    for (int level = 0; level < LEVEL_COUNT; level++) {
        if (equal(parameters->level, levels[level])) {
            least = (enum log_level)level;
            return 0;
        }
    }
    return -EINVAL;
}

static void put(struct device *console, const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    ((const struct console_operations *)console->driver->operations)->write(console, text, length);
}

static void line(struct device *self, enum log_level level, const char *source, const char *text) {
    if (level > least) {
        return;
    }
    struct device *console = self->requirements[CONSOLE];
    struct device *clock = self->requirements[CLOCK];
    uint64_t us = ((const struct clock_operations *)clock->driver->operations)->monotonic_ns(clock) / NS_PER_US;
    char stamp[DIGITS + 2];
    char *digit = stamp + sizeof stamp - 1;
    *digit = 0;
    for (int i = 0; i <= US_DIGITS || us > 0; i++, us /= DECIMAL) {
        if (i == US_DIGITS) {
            *--digit = '.';
        }
        *--digit = (char)('0' + us % DECIMAL);
    }
    put(console, digit);
    put(console, " ");
    put(console, levels[level]);
    put(console, " ");
    put(console, source);
    put(console, ": ");
    put(console, text);
    put(console, "\r\n");
}

static const struct log_operations operations = {.line = line};

const struct driver log_driver = {
    .class_name = "Log",
    .provides = INTERFACE_LOG,
    .operations = &operations,
    .init = init,
};
