/* The Dns interface: addresses by name. Nothing here waits. */
#pragma once

#include <stdint.h>

#include "unikernel/address.h"

struct device;

struct dns_operations {
    /* The addresses of a name, of that family, 0 for all, without ports: how many, at least one, at most `most`.
     * -EINPROGRESS: ask again later, for the same name; -ENOENT: there is none; -ETIMEDOUT: nobody who knows answers;
     * -ENOBUFS: too many are asked for. */
    int (*find)(struct device *self, const char *name, uint8_t family, struct address *found, unsigned most);
};
