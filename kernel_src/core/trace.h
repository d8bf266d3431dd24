/* A phase that began before there was C. */
#pragma once

#include <stdint.h>

void trace_phase_at(const char *name, uint64_t ticks);
