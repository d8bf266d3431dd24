/* Memory, for the rest of the kernel. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "start_info.h"
#include "unikernel/machine.h"

/* Called once, first of all: memory from the start info. */
void memory_init(const struct start_info *info);

/* Whether any of these addresses is RAM, used or not. */
bool memory_is_ram(uint64_t start, uint64_t end);

/* Called once, when all devices have been tried: from here on the heap is the runtime's, and nothing is taken of it. */
void memory_close(void);
