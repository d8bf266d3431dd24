/* Where the architecture's entry hands over to C. */
#pragma once

#include <stdnoreturn.h>

#include "start_info.h"

noreturn void kernel_start(const struct start_info *info);
