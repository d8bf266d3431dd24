/* The Metrics interface: what a machine counts of itself. */
#pragma once

#include <stddef.h>

struct device;

struct metrics_operations {
    /* Puts it as one line of JSON, without the end of the line, in pieces. */
    void (*put)(struct device *self, void (*piece)(void *to, const char *text, size_t length), void *to);
};
