/* A client of the network time protocol: its parameters. */
#pragma once

#include <stdint.h>

struct ntp_client_parameters {
    const char *server; /* an address or a name; "": whom DHCP tells */
    int64_t every_s;
};

struct device;
void *ntp_object(struct device *self); /* micropython/ntp_object.c */
