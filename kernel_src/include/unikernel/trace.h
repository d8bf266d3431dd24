/* The boot trace: numbered phases with a time stamp each, always on, in the records of abi.h. */
#pragma once

#include "unikernel/abi.h"

void trace_phase(const char *name);
void trace_device(const char *name, int status); /* 0: up, below: failed with -errno */
void trace_mark(const char *name);               /* the app's own */
