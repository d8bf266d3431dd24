/* An IPv4 address that a server lends: its parameters. */
#pragma once

#include <stdint.h>

struct dhcp_ip_parameters {
    const char *hostname; /* what the machine calls itself; "": after the stack */
    int64_t mtu;
};
