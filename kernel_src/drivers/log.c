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

static size_t length_of(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    return length;
}

/* The least grave level that is written of a source. */
static int least_of(const struct log_parameters *parameters, const char *source) {
    const size_t length = length_of(source);
    const char *at = parameters->sources;
    while (*at != 0) {
        size_t same = 0;
        while (same < length && at[same] == source[same]) {
            same++;
        }
        const bool found = same == length && at[same] == '=';
        while (*at != 0 && *at++ != '=') {
        }
        const char *level = at;
        while (*at != 0 && *at != ',') {
            at++;
        }
        if (found) {
            return log_level_named(level, (size_t)(at - level));
        }
        at += *at == ',';
    }
    return log_level_named(parameters->level, length_of(parameters->level));
}

static int init(struct device *self) {
    const struct log_parameters *parameters = self->parameters;
    return log_level_named(parameters->level, length_of(parameters->level)) < 0 ? -EINVAL : 0;
}

static void put(struct device *console, const char *text) {
    ((const struct console_operations *)console->driver->operations)->write(console, text, length_of(text));
}

static void line(struct device *self, enum log_level level, const char *source, const char *text) {
    if ((int)level > least_of(self->parameters, source)) {
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
    put(console, log_level_name(level));
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
