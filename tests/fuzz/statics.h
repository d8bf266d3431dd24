/* What a library keeps for good, as it was at the start. It stands between statics_first.c and statics_last.c when it
 * is linked: linkers keep that order. */
#pragma once

#include <stddef.h>

enum { STATICS_END_BYTES = 256 };

/* Ends of what is there: initialised, and zero. */
extern _Alignas(size_t) unsigned char statics_first_data[STATICS_END_BYTES], statics_first_zero[STATICS_END_BYTES];
extern _Alignas(size_t) unsigned char statics_last_data[STATICS_END_BYTES], statics_last_zero[STATICS_END_BYTES];

/* Makes it as it was at the first call. */
void statics_again(void);
