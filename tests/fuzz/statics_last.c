#include "statics.h"

_Alignas(size_t) unsigned char statics_last_data[STATICS_END_BYTES] = {1}, statics_last_zero[STATICS_END_BYTES];
