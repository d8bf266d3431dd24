/* The Log interface: one line a message, with the time and its source, on the console. */
#pragma once

#include <stddef.h>

struct device;

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

struct log_operations {
    void (*line)(struct device *self, enum log_level level, const char *source, const char *text);
};

/* To the first Log of the stack; lost without one. */
void log_line(enum log_level level, const char *source, const char *text);

const char *log_level_name(enum log_level level); /* "error", "warning", "info", "debug" */

/* The level of that name, or -EINVAL. */
int log_level_named(const char *name, size_t length);
