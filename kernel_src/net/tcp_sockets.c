/* Connections: sockets over lwIP's TCP, RFC 9293, from when they are opened until they are closed. */
#include <errno.h>
#include <string.h>

#include "lwip/priv/tcp_priv.h"

#include "address.h"
#include "net.h"
#include "tcp_socket.h"
#include "unikernel/device.h"

enum { SOCKETS = MEMP_NUM_TCP_PCB + MEMP_NUM_TCP_PCB_LISTEN };

static struct socket sockets[SOCKETS];
static struct socket *free_sockets;

struct socket *tcp_socket_take(void) {
    struct socket *socket = free_sockets;
    if (socket != NULL) {
        free_sockets = socket->next;
        memset(socket, 0, sizeof *socket);
    }
    return socket;
}

void tcp_socket_give(struct socket *socket) {
    arrivals_drop(&socket->arrivals);
    socket->next = free_sockets;
    free_sockets = socket;
}

static int open(struct device *self, uint8_t family, struct socket **opened) {
    (void)self;
    if (!address_known(family)) {
        return -EAFNOSUPPORT;
    }
    struct socket *socket = tcp_socket_take();
    if (socket == NULL) {
        return -ENOBUFS;
    }
    socket->family = family;
    const int error = tcp_socket_renew(socket);
    if (error != 0) {
        tcp_socket_give(socket);
        return error;
    }
    *opened = socket;
    return 0;
}

static void close(struct socket *socket) {
    struct tcp_pcb *pcb = socket->pcb;
    const bool resets = socket->resets && socket->stage == TCP_CONNECTED;
    tcp_forget(socket);
    for (struct socket *guest; (guest = socket->waiting) != NULL;) {
        struct tcp_pcb *its = guest->pcb;
        tcp_leave_queue(guest);
        tcp_forget(guest);
        if (its != NULL) {
            tcp_abort(its);
        }
        tcp_socket_give(guest);
    }
    if (pcb != NULL && resets) {
        tcp_abort(pcb);
    } else if (pcb != NULL) {
        if (pcb->state != LISTEN) {
            tcp_setprio(pcb, TCP_PRIO_MIN); /* the first to go for a new one */
            tcp_leave_to_peer(pcb);
            tcp_nagle_disable(pcb); /* what was said goes out before a reset, as a refusal of what comes is */
            (void)tcp_output(pcb);
        }
        tcp_close(pcb); /* a reset, if something was not read */
    }
    net_said();
    tcp_socket_give(socket);
}

static int local(const struct socket *socket, struct address *address) {
    static const ip_addr_t nowhere;
    *address = (struct address){.family = socket->family};
    if (socket->pcb != NULL) {
        address_of_ip(&socket->pcb->local_ip, socket->pcb->local_port, address);
    } else if (socket->family == ADDRESS_IPV4) {
        address_of_ip(&nowhere, 0, address);
    }
    return 0;
}

static int peer(const struct socket *socket, struct address *address) {
    if (socket->stage != TCP_CONNECTED || socket->pcb == NULL) {
        return -ENOTCONN;
    }
    address_of_ip(&socket->pcb->remote_ip, socket->pcb->remote_port, address);
    return 0;
}

static int init(struct device *self) {
    (void)self;
    for (struct socket *socket = sockets; socket < sockets + SOCKETS; socket++) {
        tcp_socket_give(socket);
    }
    tcp_watch_unreachable();
    return 0;
}

static const struct socket_operations operations = {
    .open = open,
    .close = close,
    .bind = tcp_socket_bind,
    .connect = tcp_socket_connect,
    .listen = tcp_socket_listen,
    .accept = tcp_socket_accept,
    .send = tcp_socket_send,
    .receive = tcp_socket_receive,
    .ready = tcp_socket_ready,
    .shutdown = tcp_socket_shutdown,
    .local = local,
    .peer = peer,
    .get = tcp_option_get,
    .set = tcp_option_set,
};

const struct driver tcp_sockets_driver = {
    .class_name = "TcpSockets",
    .provides = INTERFACE_TCP,
    .operations = &operations,
    .init = init,
};
