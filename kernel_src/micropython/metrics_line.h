/* What a machine says of itself, as a line of JSON. */
#pragma once

#include <stddef.h>

struct device;

/* Of the Metrics interface. */
void metrics_put(struct device *self, void (*piece)(void *to, const char *text, size_t length), void *to);
