/* What lwIP's tables of neighbours say of a next hop: RFC 826; RFC 4861, sections 5.1 and 5.2. */
#include "neighbour.h"

#include "lwip/etharp.h"
#include "lwip/ip.h"

#if LWIP_IPV6
    #include "lwip/priv/nd6_priv.h"

static bool silent_six(const ip6_addr_t *to) {
    const struct nd6_destination_cache_entry *way = destination_cache;
    while (way < destination_cache + LWIP_ND6_NUM_DESTINATIONS && !ip6_addr_eq(&way->destination_addr, to)) {
        way++;
    }
    if (way == destination_cache + LWIP_ND6_NUM_DESTINATIONS) {
        return false; /* nobody was asked */
    }
    for (const struct nd6_neighbor_cache_entry *each = neighbor_cache; each < neighbor_cache + LWIP_ND6_NUM_NEIGHBORS;
         each++) {
        if (each->state > ND6_INCOMPLETE && ip6_addr_eq(&each->next_hop_address, &way->next_hop_addr)) {
            return false;
        }
    }
    return true;
}
#endif

static bool silent_four(struct netif *netif, const ip4_addr_t *to) {
    const bool on_link =
        ip4_addr_net_eq(to, netif_ip4_addr(netif), netif_ip4_netmask(netif)) || ip4_addr_islinklocal(to);
    struct eth_addr *hardware;
    const ip4_addr_t *found;
    return etharp_find_addr(netif, on_link ? to : netif_ip4_gw(netif), &hardware, &found) < 0;
}

bool neighbour_silent(const ip_addr_t *from, const ip_addr_t *to) {
    struct netif *netif = ip_route(from, to);
    if (netif == NULL || !(netif->flags & NETIF_FLAG_ETHARP) || ip_addr_eq(from, to)) {
        return false;
    }
#if LWIP_IPV6
    if (IP_IS_V6(to)) {
        return silent_six(ip_2_ip6(to));
    }
#endif
    return silent_four(netif, ip_2_ip4(to));
}
