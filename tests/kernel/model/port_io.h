/* The ports of a model, in the place of the processor's. */
#pragma once

#include <stdint.h>

void port_write8(uint16_t port, uint8_t value);
uint8_t port_read8(uint16_t port);
