/* How a connection comes about, from either end: RFC 9293, section 3.5. */
#include <errno.h>

#include "address.h"
#include "net.h"
#include "port.h"
#include "tcp_socket.h"

enum { BACKLOG = 255 }; /* whatever the app says */

/* lwIP's part of a socket that has none. */
int tcp_socket_renew(struct socket *socket) {
    struct tcp_pcb *pcb = tcp_new_ip_type(socket->family == ADDRESS_IPV4 ? IPADDR_TYPE_V4 : IPADDR_TYPE_V6);
    if (pcb == NULL) {
        return -ENOBUFS;
    }
    tcp_watch(socket, pcb);
    tcp_setprio(pcb, TCP_PRIO_MAX);
    socket->stage = TCP_FRESH;
    socket->in_ended = socket->out_ended = socket->full = false;
    socket->doubt = socket->looks = 0;
    return 0;
}

int tcp_socket_bind(struct socket *socket, const struct address *address) {
    ip_addr_t ip;
    if (socket->stage != TCP_FRESH || socket->pcb == NULL || socket->pcb->local_port != 0) {
        return -EINVAL;
    }
    if (address->family != socket->family || !address_to_ip(address, &ip)) {
        return -EAFNOSUPPORT;
    }
    return net_errno(tcp_bind(socket->pcb, &ip, address->port));
}

/* A port of its own; when all that were tried are taken, lwIP takes the next. */
static void take_port(struct tcp_pcb *pcb) {
    const ip_addr_t any = pcb->local_ip;
    for (unsigned i = 0; pcb->local_port == 0 && i < OWN_PORT_TRIES; i++) {
        (void)tcp_bind(pcb, &any, own_port());
    }
}

int tcp_socket_connect(struct socket *socket, const struct address *address) {
    if (socket->error != 0) {
        int error;
        (void)tcp_option_get(socket, SOCKET_TAKE_ERROR, &error);
        return -error;
    }
    if (socket->stage == TCP_CONNECTING && socket->pcb != NULL) {
        return -EALREADY;
    }
    if (socket->stage == TCP_CONNECTED || socket->stage == TCP_LISTENING) {
        return -EISCONN;
    }
    ip_addr_t ip;
    if (address->family != socket->family || !address_to_ip(address, &ip)) {
        return -EAFNOSUPPORT;
    }
    const int error = socket->pcb == NULL ? tcp_socket_renew(socket) : 0;
    if (error != 0) {
        return error;
    }
    take_port(socket->pcb);
    const err_t refused = tcp_connect(socket->pcb, &ip, address->port, tcp_on_connected);
    if (refused != ERR_OK) {
        return net_errno(refused);
    }
    socket->stage = TCP_CONNECTING;
    net_said();
    return -EINPROGRESS;
}

int tcp_socket_listen(struct socket *socket) {
    if (socket->stage == TCP_LISTENING) {
        return 0;
    }
    if (socket->stage != TCP_FRESH || socket->pcb == NULL) {
        return -EINVAL;
    }
    take_port(socket->pcb);
    struct tcp_pcb *pcb = socket->pcb;
    tcp_arg(pcb, NULL);
    err_t error;
    pcb = tcp_listen_with_backlog_and_err(pcb, BACKLOG, &error);
    if (pcb == NULL) {
        tcp_arg(socket->pcb, socket);
        return net_errno(error);
    }
    socket->pcb = pcb;
    socket->stage = TCP_LISTENING;
    tcp_watch_door(socket);
    return 0;
}

int tcp_socket_accept(struct socket *socket, struct socket **accepted) {
    if (socket->stage != TCP_LISTENING) {
        return -EINVAL;
    }
    struct socket *guest = socket->waiting;
    if (guest == NULL) {
        return -EAGAIN;
    }
    tcp_leave_queue(guest);
    if (guest->pcb != NULL) {
        tcp_backlog_accepted(guest->pcb);
    }
    *accepted = guest;
    return 0;
}
