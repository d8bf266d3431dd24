/*
 * The Ip interface: what is seen of it from outside. Packets themselves are lwIP's, which kernel_src/net alone knows;
 * all Ip devices of a stack are its, so that what it counts it counts for all of them together.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "unikernel/address.h"

struct device;

enum { IP_TEXT_BYTES = ADDRESS_TEXT_BYTES + 4 }; /* of an address, with the length of its network, and the NUL */

struct ip_pool {
    const char *name;
    uint32_t used, most, size;
    uint64_t failed; /* how often there was nothing left */
};

struct ip_operations {
    /* The address of that number, as "10.0.2.15/24"; false where there are no more. One that cannot be used yet is
     * none. */
    bool (*address)(struct device *self, unsigned number, char text[IP_TEXT_BYTES]);
    bool (*gateway)(struct device *self, unsigned number, char text[IP_TEXT_BYTES]); /* the same, without a length */
    bool (*connected)(struct device *self); /* whether there is a network at the other end of its link */
    uint32_t (*mtu)(struct device *self);

    /* What lwIP counts, by number; false where there is no more. */
    bool (*count)(unsigned number, const char **name, uint64_t *value);
    bool (*pool)(unsigned number, struct ip_pool *pool);

    /* Sends an echo request to an address, as text: 0, or -errno; -EINVAL where it is none. It forgets the one before.
     */
    int (*ping)(const char *address);
    int64_t (*answered_ns)(void); /* how long the answer to it took, or -EAGAIN: none has come */
};
