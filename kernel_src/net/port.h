/* Ports of the machine's own, for whoever has asked for none. */
#pragma once

#include <stdint.h>

enum { OWN_PORT_TRIES = 64 };

/* One that nobody can guess: RFC 6056. It may be taken. */
uint16_t own_port(void);
