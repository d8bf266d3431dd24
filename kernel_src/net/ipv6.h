/* Addresses of version 6: the parameters. */
#pragma once

#include <stdint.h>

struct ipv6_parameters {
    const char *address; /* with the length of its network, which is 64: "fd00::2/64"; "": what routers announce */
    const char *gateway; /* "": the routers that announce themselves */
    int64_t mtu;
};
