/* Groups that a socket hears: RFC 1112; RFC 2710. */
#include <errno.h>

#include "lwip/igmp.h"
#include "lwip/mld6.h"

#include "address.h"
#include "udp_socket.h"

static err_t tell_group(const struct membership *group, bool join) {
#if LWIP_IGMP
    if (IP_IS_V4_VAL(group->group)) {
        return (join ? igmp_joingroup : igmp_leavegroup)(ip_2_ip4(&group->link), ip_2_ip4(&group->group));
    }
#endif
#if LWIP_IPV6 && LWIP_IPV6_MLD
    if (IP_IS_V6_VAL(group->group)) {
        return (join ? mld6_joingroup : mld6_leavegroup)(ip_2_ip6(&group->link), ip_2_ip6(&group->group));
    }
#endif
    return ERR_VAL;
}

void udp_leave_groups(struct socket *socket) {
    for (unsigned i = 0; i < UDP_GROUPS; i++) {
        if (socket->groups[i].joined) {
            (void)tell_group(&socket->groups[i], false);
        }
    }
}

int udp_change_group(struct socket *socket, const struct address *group, const struct address *link, bool join) {
    struct membership wanted = {.joined = true};
    if (!address_to_ip(group, &wanted.group) || !address_to_ip(link, &wanted.link)) {
        return -EAFNOSUPPORT;
    }
    struct membership *place = NULL;
    for (unsigned i = 0; i < UDP_GROUPS; i++) {
        struct membership *each = &socket->groups[i];
        const bool same = each->joined && ip_addr_eq(&each->group, &wanted.group);
        if (same && join) {
            return -EADDRINUSE;
        }
        if (join ? !each->joined : same) {
            place = each;
        }
    }
    if (place == NULL) {
        return join ? -ENOBUFS : -EADDRNOTAVAIL;
    }
    const err_t error = tell_group(join ? &wanted : place, join);
    if (error == ERR_OK) {
        *place = join ? wanted : (struct membership){0};
    }
    return error == ERR_VAL ? -ENODEV : net_errno(error);
}
