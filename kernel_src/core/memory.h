/* Called once, first of all: memory from the start info. */
#pragma once

#include "start_info.h"
#include "unikernel/machine.h"

void memory_init(const struct start_info *info);
