/* An IPv4 address that the stack says: its parameters. */
#pragma once

#include <stdint.h>

struct static_ip_parameters {
    const char *address; /* with the length of the network's part: "10.0.2.15/24" */
    const char *gateway; /* "": none */
    int64_t mtu;
};
