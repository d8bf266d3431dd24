/* The fuzzer's bytes, taken one after the other; zeros when they have run out. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

extern bool input_replayed; /* inputs were kept: what takes long may be looked at, too */

void input_start(const uint8_t *bytes, size_t length);
bool input_over(void);

uint64_t input_number(unsigned bytes);
uint32_t input_below(uint32_t limit); /* of one byte while that is enough */

/* Puts a byte of the input somewhere into `length` bytes. */
void input_change(volatile void *bytes, size_t length);

/* Called by libFuzzer, or by replay.c; always 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);
