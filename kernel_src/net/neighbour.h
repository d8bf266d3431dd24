/* Whoever takes a packet on its first hop. */
#pragma once

#include <stdbool.h>

#include "lwip/ip_addr.h"

/* Whether the next hop to an address is on a link where nobody has answered for it so far. Once it was asked for, at
 * the earliest a second ago: 3 s are what others wait, RFC 4861, section 10. */
bool neighbour_silent(const ip_addr_t *from, const ip_addr_t *to);
