/*
 * Addresses of version 6: one of the link, made of the nic's own (RFC 4291, appendix A), and beside it those that
 * routers announce (RFC 4862), or one that the stack says. Each is used when a second has passed and nobody else has
 * answered for it.
 */
#include "ipv6.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "ip_operations.h"
#include "lwip/nd6.h"
#include "lwip/netif.h"
#include "lwip/priv/nd6_priv.h"
#include "net.h"
#include "unikernel/device.h"

#include "address.h"

enum { NETWORK_BITS = 64, NICS = 8 };

static struct fixed {
    const struct netif *netif;
    ip6_addr_t gateway;
} fixed[NICS]; /* those with a gateway that the stack says */

/* lwIP's, for what goes to no network that it is on; NULL: the routers that have announced themselves. */
const ip6_addr_t *ipv6_gateway(struct netif *netif) {
    for (int i = 0; i < NICS && fixed[i].netif != NULL; i++) {
        if (fixed[i].netif == netif) {
            return &fixed[i].gateway;
        }
    }
    return NULL;
}

static bool read_address(const char *text, ip6_addr_t *address) {
    char alone[IP_TEXT_BYTES];
    const char *slash = strchr(text, '/');
    const size_t length = slash != NULL ? (size_t)(slash - text) : strlen(text);
    if (length >= sizeof alone) {
        return false;
    }
    memcpy(alone, text, length);
    alone[length] = 0;
    return ip6addr_aton(alone, address) == 1;
}

static int fix_gateway(struct netif *netif, const char *text) {
    for (int i = 0; i < NICS; i++) {
        if (fixed[i].netif == NULL) {
            if (!read_address(text, &fixed[i].gateway)) {
                return -EINVAL;
            }
            ip6_addr_assign_zone(&fixed[i].gateway, IP6_UNICAST, netif);
            fixed[i].netif = netif;
            return 0;
        }
    }
    return -ENOSPC;
}

static int fix_address(struct netif *netif, const struct ipv6_parameters *parameters) {
    ip6_addr_t address;
    ip6_addr_set_zero(&address);
    if (!read_address(parameters->address, &address)) {
        return -EINVAL;
    }
    s8_t place;
    if (netif_add_ip6_address(netif, &address, &place) != ERR_OK) {
        return -ENOSPC;
    }
    netif_ip6_addr_set_valid_life(netif, place, IP6_ADDR_LIFE_STATIC);
    return 0;
}

static int init(struct device *self) {
    const struct ipv6_parameters *parameters = self->parameters;
    struct netif *netif;
    int error = net_netif(self->requirements[0], &netif);
    if (error != 0) {
        return error;
    }
    netif->mtu6 = (u16_t)parameters->mtu;
    netif_create_ip6_linklocal_address(netif, 1);
    if (parameters->address[0] == 0) {
        netif_set_ip6_autoconfig_enabled(netif, 1);
    } else {
        error = fix_address(netif, parameters);
    }
    if (error == 0 && parameters->gateway[0] != 0) {
        error = fix_gateway(netif, parameters->gateway);
    }
    self->state = netif;
    nd6_tmr(); /* the first questions go out now, not in a second */
    return error;
}

/* Without the link's number. */
static bool write_address(const ip6_addr_t *address, char text[IP_TEXT_BYTES]) {
    ip_addr_t plain;
    ip_addr_copy_from_ip6(plain, *address);
    ip6_addr_clear_zone(ip_2_ip6(&plain));
    address_write_ip(&plain, text);
    return true;
}

/* Those of the link come last: the others reach further. */
static bool address(struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    const struct netif *netif = self->state;
    for (int i = 1; i <= LWIP_IPV6_NUM_ADDRESSES; i++) {
        const int place = i % LWIP_IPV6_NUM_ADDRESSES;
        if (ip6_addr_isvalid(netif_ip6_addr_state(netif, place)) && number-- == 0) {
            write_address(netif_ip6_addr(netif, place), text);
            ip_text_add_bits(text, NETWORK_BITS);
            return true;
        }
    }
    return false;
}

static bool gateway(struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    const ip6_addr_t *said = ipv6_gateway(self->state);
    if (said != NULL) {
        return number == 0 && write_address(said, text);
    }
    for (int i = 0; i < LWIP_ND6_NUM_ROUTERS; i++) {
        const struct nd6_neighbor_cache_entry *router = default_router_list[i].neighbor_entry;
        if (router != NULL && router->netif == self->state && number-- == 0) {
            return write_address(&router->next_hop_address, text);
        }
    }
    return false;
}

static uint32_t mtu(struct device *self) {
    return netif_mtu6((struct netif *)self->state);
}

static const struct ip_operations operations = {
    .address = address,
    .gateway = gateway,
    .connected = ip_connected,
    .mtu = mtu,
    .count = ip_count,
    .pool = ip_pool,
    .ping = ping,
    .answered_ns = ping_answered_ns,
};

const struct driver ipv6_driver = {
    .class_name = "Ipv6",
    .provides = INTERFACE_IP,
    .operations = &operations,
    .init = init,
};
