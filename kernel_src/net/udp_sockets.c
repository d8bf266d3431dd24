/*
 * Datagrams: sockets over lwIP's UDP. RFC 768. A socket keeps so many that nobody has read; what comes then is lost, as
 * on any wire.
 */
#include <errno.h>
#include <string.h>

#include "lwip/igmp.h"
#include "lwip/mld6.h"
#include "lwip/stats.h"
#include "lwip/udp.h"

#include "address.h"
#include "arrivals.h"
#include "net.h"
#include "port.h"
#include "unikernel/device.h"
#include "unikernel/socket.h"
#include "unreachable.h"

enum { SOCKETS = MEMP_NUM_UDP_PCB, UNREAD_MOST = 32, MOST_BYTES = 65507, GROUPS = 4 };

struct datagram {
    struct pbuf *bytes;
    ip_addr_t from;
    uint16_t port;
};

struct group {
    bool joined;
    ip_addr_t group, link;
};

struct socket {
    struct udp_pcb *pcb; /* NULL: the socket is free */
    struct datagram unread[UNREAD_MOST];
    unsigned first, count;
    int error; /* what came of a datagram to the peer, until somebody was told: an errno */
    uint8_t family;
    bool in_ended, out_ended;
    struct group groups[GROUPS];
};

static struct socket sockets[SOCKETS];

static void on_arrival(void *argument, struct udp_pcb *pcb, struct pbuf *bytes, const ip_addr_t *from, u16_t port) {
    (void)pcb;
    struct socket *socket = argument;
    if (socket->count == UNREAD_MOST || socket->in_ended || (socket->count > 0 && arrivals_scarce())) {
        pbuf_free(bytes);
        return;
    }
    struct datagram *datagram = &socket->unread[(socket->first + socket->count++) % UNREAD_MOST];
    *datagram = (struct datagram){bytes, *from, port};
}

/* As on Linux, who is connected is told, and nobody else: whom would he ask? RFC 1122, section 4.1.3.3. */
static void on_unreachable(const struct unreachable *datagram) {
    for (struct socket *socket = sockets; socket < sockets + SOCKETS; socket++) {
        const struct udp_pcb *pcb = socket->pcb;
        if (pcb != NULL && (pcb->flags & UDP_FLAGS_CONNECTED) && pcb->local_port == datagram->from_port &&
            pcb->remote_port == datagram->to_port && ip_addr_eq(&pcb->remote_ip, &datagram->to) &&
            (ip_addr_isany(&pcb->local_ip) || ip_addr_eq(&pcb->local_ip, &datagram->from))) {
            socket->error = datagram->error;
        }
    }
}

static int take_error(struct socket *socket) {
    const int error = socket->error;
    socket->error = 0;
    return error;
}

static int open(struct device *self, uint8_t family, struct socket **opened) {
    (void)self;
    if (!address_known(family)) {
        return -EAFNOSUPPORT;
    }
    for (struct socket *socket = sockets; socket < sockets + SOCKETS; socket++) {
        if (socket->pcb == NULL) {
            memset(socket, 0, sizeof *socket);
            socket->pcb = udp_new_ip_type(family == ADDRESS_IPV4 ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6);
            if (socket->pcb == NULL) {
                break;
            }
            socket->family = family;
            udp_recv(socket->pcb, on_arrival, socket);
            *opened = socket;
            return 0;
        }
    }
    return -ENOBUFS;
}

static void drop_first(struct socket *socket) {
    pbuf_free(socket->unread[socket->first].bytes);
    socket->first = (socket->first + 1) % UNREAD_MOST;
    socket->count--;
}

static err_t tell_group(const struct group *group, bool join) {
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

static void close(struct socket *socket) {
    while (socket->count > 0) {
        drop_first(socket);
    }
    for (unsigned i = 0; i < GROUPS; i++) {
        if (socket->groups[i].joined) {
            (void)tell_group(&socket->groups[i], false);
        }
    }
    udp_remove(socket->pcb);
    socket->pcb = NULL;
}

static int bind(struct socket *socket, const struct address *address) {
    ip_addr_t ip;
    if (address->family != socket->family || !address_to_ip(address, &ip)) {
        return -EAFNOSUPPORT;
    }
    if (socket->pcb->local_port != 0) {
        return -EINVAL;
    }
    err_t error = ERR_USE;
    for (unsigned i = 0; error == ERR_USE && address->port == 0 && i < OWN_PORT_TRIES; i++) {
        error = udp_bind(socket->pcb, &ip, own_port());
    }
    return net_errno(error == ERR_USE ? udp_bind(socket->pcb, &ip, address->port) : error);
}

/* It hears answers at a port of its own, as soon as it says anything. */
static int bind_somewhere(struct socket *socket) {
    const struct address anywhere = {.family = socket->family};
    return socket->pcb->local_port != 0 ? 0 : bind(socket, &anywhere);
}

static int connect(struct socket *socket, const struct address *address) {
    ip_addr_t ip;
    if (address->family != socket->family || !address_to_ip(address, &ip)) {
        return -EAFNOSUPPORT;
    }
    const int error = bind_somewhere(socket);
    return error != 0 ? error : net_errno(udp_connect(socket->pcb, &ip, address->port));
}

static int64_t send(struct socket *socket, const void *bytes, size_t length, const struct address *to) {
    ip_addr_t ip;
    if (length > MOST_BYTES) {
        return -EMSGSIZE;
    }
    if (socket->out_ended) {
        return -EPIPE;
    }
    const int failed = take_error(socket);
    if (failed != 0) {
        return -failed;
    }
    if (to == NULL && !(socket->pcb->flags & UDP_FLAGS_CONNECTED)) {
        return -EDESTADDRREQ;
    }
    if (to != NULL && (to->family != socket->family || !address_to_ip(to, &ip))) {
        return -EAFNOSUPPORT;
    }
    const int unbound = bind_somewhere(socket);
    if (unbound != 0) {
        return unbound;
    }
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, (u16_t)length, PBUF_RAM);
    if (packet == NULL) {
        return -ENOBUFS;
    }
    pbuf_take(packet, bytes, (u16_t)length);
    const err_t error = to == NULL ? udp_send(socket->pcb, packet) : udp_sendto(socket->pcb, packet, &ip, to->port);
    pbuf_free(packet);
    net_said();
    if (error == ERR_VAL) {
        return -EACCES; /* to all, which SO_BROADCAST allows */
    }
    return error == ERR_OK ? (int64_t)length : net_errno(error);
}

static int64_t receive(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek) {
    const int failed = take_error(socket);
    if (failed != 0) {
        return -failed;
    }
    if (socket->count == 0) {
        return socket->in_ended ? 0 : -EAGAIN;
    }
    const struct datagram *datagram = &socket->unread[socket->first];
    const size_t most = length < datagram->bytes->tot_len ? length : datagram->bytes->tot_len;
    pbuf_copy_partial(datagram->bytes, bytes, (u16_t)most, 0);
    if (from != NULL) {
        address_of_ip(&datagram->from, datagram->port, from);
    }
    if (!peek) {
        drop_first(socket);
    }
    return (int64_t)most;
}

static unsigned ready(const struct socket *socket) {
    const unsigned failed = socket->error != 0 ? SOCKET_ERROR | SOCKET_IN : 0;
    const unsigned in = socket->count > 0 || socket->in_ended ? SOCKET_IN | failed : failed;
    return lwip_stats.mem.used < MEM_SIZE - MOST_BYTES ? in | SOCKET_OUT : in;
}

static int shutdown(struct socket *socket, bool in, bool out) {
    socket->in_ended |= in;
    socket->out_ended |= out;
    return socket->pcb->flags & UDP_FLAGS_CONNECTED ? 0 : -ENOTCONN;
}

static int local(const struct socket *socket, struct address *address) {
    address_of_ip(&socket->pcb->local_ip, socket->pcb->local_port, address);
    return 0;
}

static int peer(const struct socket *socket, struct address *address) {
    address_of_ip(&socket->pcb->remote_ip, socket->pcb->remote_port, address);
    return socket->pcb->flags & UDP_FLAGS_CONNECTED ? 0 : -ENOTCONN;
}

static int get(struct socket *socket, enum socket_option option, int *value) {
    const struct udp_pcb *pcb = socket->pcb;
    switch (option) {
    case SOCKET_REUSE_ADDRESS:
        *value = ip_get_option(pcb, SOF_REUSEADDR) != 0;
        return 0;
    case SOCKET_BROADCAST:
        *value = ip_get_option(pcb, SOF_BROADCAST) != 0;
        return 0;
    case SOCKET_TAKE_ERROR:
        *value = take_error(socket);
        return 0;
    case SOCKET_LISTENS:
        *value = 0;
        return 0;
    case SOCKET_SEND_BYTES:
        *value = MOST_BYTES;
        return 0;
    case SOCKET_RECEIVE_BYTES:
        *value = UNREAD_MOST * TCP_MSS;
        return 0;
    case SOCKET_TIME_TO_LIVE:
        *value = pcb->ttl;
        return 0;
#if LWIP_MULTICAST_TX_OPTIONS
    case SOCKET_GROUP_LIVE:
        *value = udp_get_multicast_ttl(pcb);
        return 0;
    case SOCKET_GROUP_LOOP:
        *value = (udp_flags(pcb) & UDP_FLAGS_MULTICAST_LOOP) != 0;
        return 0;
#endif
    default:
        return -ENOPROTOOPT;
    }
}

static void set_flag(struct udp_pcb *pcb, uint8_t flag, int value) {
    if (value) {
        ip_set_option(pcb, flag);
    } else {
        ip_reset_option(pcb, flag);
    }
}

static int set(struct socket *socket, enum socket_option option, int value) {
    struct udp_pcb *pcb = socket->pcb;
    switch (option) {
    case SOCKET_REUSE_ADDRESS:
        set_flag(pcb, SOF_REUSEADDR, value);
        return 0;
    case SOCKET_BROADCAST:
        set_flag(pcb, SOF_BROADCAST, value);
        return 0;
    case SOCKET_TIME_TO_LIVE:
        pcb->ttl = (u8_t)value;
        return value > 0 && value <= UINT8_MAX ? 0 : -EINVAL;
#if LWIP_MULTICAST_TX_OPTIONS
    case SOCKET_GROUP_LIVE:
        udp_set_multicast_ttl(pcb, (u8_t)value);
        return value >= 0 && value <= UINT8_MAX ? 0 : -EINVAL;
    case SOCKET_GROUP_LOOP:
        udp_setflags(pcb, value ? udp_flags(pcb) | UDP_FLAGS_MULTICAST_LOOP
                                : udp_flags(pcb) & (u8_t)~UDP_FLAGS_MULTICAST_LOOP);
        return 0;
#endif
    default:
        return -ENOPROTOOPT;
    }
}

static int change_group(struct socket *socket, const struct address *group, const struct address *link, bool join) {
    struct group wanted = {.joined = true};
    if (!address_to_ip(group, &wanted.group) || !address_to_ip(link, &wanted.link)) {
        return -EAFNOSUPPORT;
    }
    struct group *place = NULL;
    for (unsigned i = 0; i < GROUPS; i++) {
        struct group *each = &socket->groups[i];
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
        *place = join ? wanted : (struct group){0};
    }
    return error == ERR_VAL ? -ENODEV : net_errno(error);
}

static int init(struct device *self) {
    (void)self;
    unreachable_watch(IP_PROTO_UDP, on_unreachable);
    return 0;
}

static const struct socket_operations operations = {
    .open = open,
    .close = close,
    .bind = bind,
    .connect = connect,
    .send = send,
    .receive = receive,
    .ready = ready,
    .shutdown = shutdown,
    .local = local,
    .peer = peer,
    .get = get,
    .set = set,
    .group = change_group,
};

const struct driver udp_sockets_driver = {
    .class_name = "UdpSockets",
    .provides = INTERFACE_UDP,
    .operations = &operations,
    .init = init,
};
