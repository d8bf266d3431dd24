/* The Dns interface: addresses by name. Nothing here waits. */
#pragma once

#include <stdint.h>

#include "unikernel/address.h"

struct device;

struct dns_operations {
    /* The address of a name, of that family, 0 for either; the port is left alone. -EINPROGRESS: ask again later, for
     * the same name; -ENOENT: there is none; -ETIMEDOUT: nobody answers; -ENOBUFS: too many are asked for. */
    int (*find)(struct device *self, const char *name, uint8_t family, struct address *address);
};
