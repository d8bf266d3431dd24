/* The addresses of a netif, in version 4: what StaticIp, DhcpIp and Loopback show of themselves. */
#include "ip_operations.h"

#include <string.h>

#include "lwip/netif.h"
#include "unikernel/device.h"

void ip_text_add_bits(char text[IP_TEXT_BYTES], unsigned bits) {
    enum { DECIMAL = 10 };
    char digits[] = "/000";
    char *digit = digits + sizeof digits - 1;
    do {
        *--digit = (char)('0' + bits % DECIMAL);
        bits /= DECIMAL;
    } while (bits > 0);
    *--digit = '/';
    strcat(text, digit); /* there is room for the longest address, and this */
}

bool ip_connected(struct device *self) {
    const struct netif *netif = self->state;
    return netif_is_up(netif) && netif_is_link_up(netif);
}

uint32_t ip_mtu(struct device *self) {
    const uint32_t mtu = ((const struct netif *)self->state)->mtu;
    return mtu == 0 ? UINT16_MAX : mtu; /* 0: as large as a packet can be */
}

static bool address(struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    const struct netif *netif = self->state;
    if (number > 0 || ip4_addr_isany(netif_ip4_addr(netif))) {
        return false;
    }
    ip4addr_ntoa_r(netif_ip4_addr(netif), text, IP_TEXT_BYTES);
    ip_text_add_bits(text, (unsigned)__builtin_popcount(ip4_addr_get_u32(netif_ip4_netmask(netif))));
    return true;
}

static bool gateway(struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    const struct netif *netif = self->state;
    if (number > 0 || ip4_addr_isany(netif_ip4_gw(netif)) ||
        ip4_addr_eq(netif_ip4_gw(netif), netif_ip4_addr(netif))) { /* as lwIP's loopback says */
        return false;
    }
    ip4addr_ntoa_r(netif_ip4_gw(netif), text, IP_TEXT_BYTES);
    return true;
}

const struct ip_operations ipv4_operations = {
    .address = address,
    .gateway = gateway,
    .connected = ip_connected,
    .mtu = ip_mtu,
    .count = ip_count,
    .pool = ip_pool,
    .ping = ping,
    .answered_ns = ping_answered_ns,
};
