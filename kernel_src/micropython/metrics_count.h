/* What goes through the stack's devices. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unikernel/device.h"

enum counter { READS, WRITES, FLUSHES, DISCARDS, READ_BYTES, WRITTEN_BYTES, ERRORS, COUNTERS };

extern const char *const counter_names[COUNTERS];

void count_all(void);                                    /* from now on */
const uint64_t *counters_of(struct device *device);      /* by `enum counter`; NULL: it is not counted */
const void *operations_uncounted(struct device *device); /* the device's own */
