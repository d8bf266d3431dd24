/*
 * The processor's I/O ports, where devices of a PC have their registers: port_read8 to port_read32(port), which give
 * what stands there, and port_write8 to port_write32(port, value).
 *
 * The functions are inline, and so the architecture's own: in arch/ARCH/inline, which is on the include path. One that
 * has no such ports has no such file, and a driver that needs them does not compile there.
 */
#pragma once

#include "port_io.h"
