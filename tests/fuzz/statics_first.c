#include "statics.h"

_Alignas(size_t) unsigned char statics_first_data[STATICS_END_BYTES] = {1}, statics_first_zero[STATICS_END_BYTES];
