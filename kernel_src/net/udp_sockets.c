/* Datagrams: sockets over lwIP's UDP, RFC 768, from when they are opened until they are closed. */
#include <errno.h>
#include <string.h>

#include "address.h"
#include "net.h"
#include "port.h"
#include "udp_socket.h"
#include "unikernel/device.h"
#include "unreachable.h"

enum { SOCKETS = MEMP_NUM_UDP_PCB };

static struct socket sockets[SOCKETS];

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

int udp_take_error(struct socket *socket) {
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
            udp_recv(socket->pcb, udp_on_arrival, socket);
            *opened = socket;
            return 0;
        }
    }
    return -ENOBUFS;
}

static void close(struct socket *socket) {
    udp_forget_all(socket);
    udp_leave_groups(socket);
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
int udp_bind_somewhere(struct socket *socket) {
    const struct address anywhere = {.family = socket->family};
    return socket->pcb->local_port != 0 ? 0 : bind(socket, &anywhere);
}

static int connect(struct socket *socket, const struct address *address) {
    ip_addr_t ip;
    if (address->family != socket->family || !address_to_ip(address, &ip)) {
        return -EAFNOSUPPORT;
    }
    const int error = udp_bind_somewhere(socket);
    return error != 0 ? error : net_errno(udp_connect(socket->pcb, &ip, address->port));
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
    .send = udp_socket_send,
    .receive = udp_socket_receive,
    .ready = udp_socket_ready,
    .shutdown = shutdown,
    .local = local,
    .peer = peer,
    .get = udp_option_get,
    .set = udp_option_set,
    .group = udp_change_group,
};

const struct driver udp_sockets_driver = {
    .class_name = "UdpSockets",
    .provides = INTERFACE_UDP,
    .operations = &operations,
    .init = init,
};
