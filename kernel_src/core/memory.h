/* Called once, first of all: memory from the start info. */
#pragma once

#include "start_info.h"
#include "unikernel/machine.h"

void memory_init(const struct start_info *info);

/* Called once, when all devices have been tried: from here on the heap is the runtime's, and nothing is taken of it. */
void memory_close(void);
