/* What a network offers beside an address, for the devices that were told nothing better; and the machine's own name.
 */
#pragma once

#include "lwip/ip_addr.h"

extern ip_addr_t offers_ntp; /* a server of time, or any */

/* A name that the stack says, or else the stack's own with '-' where a host's name cannot have '_' or '.'. RFC
 * 1123, 2.1. */
const char *net_hostname(const char *given);
