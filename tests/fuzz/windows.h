/* Devices' registers: what the kernel maps becomes memory of exactly that length, which changes as the input says. */
#pragma once

#include <stdint.h>

/* Begins anew; `fill` makes a new window what a sound device shows there. */
void windows_start(void (*fill)(unsigned char *bytes, uint64_t length));
void windows_end(void);

void windows_turn(void); /* the devices' turn: a byte becomes another */
