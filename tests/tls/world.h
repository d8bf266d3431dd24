#pragma once

#include <stdint.h>

extern int64_t world_now_s; /* wall time */

void world_again(void); /* what nobody can guess is from now on what it was at the start */
