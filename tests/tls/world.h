#pragma once

#include <stdint.h>

extern int64_t world_now_s; /* wall time */
