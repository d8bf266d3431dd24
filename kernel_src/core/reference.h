/* Adding up a clock that counts a known period over and over, beside a counter whose rate is not known. */
#pragma once

#include <stdbool.h>

#include "core/arch.h"

/*
 * `watched` and a window more: `ticks` long by the counter, in which the clock stands `ns` into its period of
 * `period_ns`. It may have run out once meanwhile: in the first window if it says that it `ran_out`, later the rate of
 * what was watched before tells. A window that fits neither, or is too short to tell, is left out.
 */
struct arch_reference reference_add(struct arch_reference watched, uint64_t ticks, uint64_t ns, uint64_t period_ns,
                                    bool ran_out);
