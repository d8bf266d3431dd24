/*
 * Connections: sockets over lwIP's TCP. RFC 9293.
 *
 * A connection's window is closed by what nobody has read, and its peer's by what it has not acknowledged: neither way
 * is there a queue without an end. Memory that is scarce is shared, see tcp_door.c; to send, each connection always
 * has room for one segment, whatever the others do.
 */
#include <errno.h>
#include <string.h>

#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"

#include "address.h"
#include "net.h"
#include "port.h"
#include "tcp_socket.h"
#include "unikernel/device.h"

enum {
    BACKLOG = 255, /* whatever the app says */
    SOCKETS = MEMP_NUM_TCP_PCB + MEMP_NUM_TCP_PCB_LISTEN
};

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

/* lwIP's part of a socket that has none. */
static int renew(struct socket *socket) {
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
    const int error = renew(socket);
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
        }
        tcp_close(pcb); /* a reset, if something was not read */
    }
    net_said();
    tcp_socket_give(socket);
}

static int bind(struct socket *socket, const struct address *address) {
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

static int connect(struct socket *socket, const struct address *address) {
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
    const int error = socket->pcb == NULL ? renew(socket) : 0;
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

static int listen(struct socket *socket) {
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

static int accept(struct socket *socket, struct socket **accepted) {
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

static bool memory_scarce(void) {
    return lwip_stats.mem.used >= MEM_SIZE / 2 || lwip_stats.memp[MEMP_TCP_SEG]->used >= MEMP_NUM_TCP_SEG / 2;
}

/* The bytes of one: a peer may want small ones, or have a small window. */
static size_t segment_bytes(const struct tcp_pcb *pcb) {
    const size_t half_window = pcb->snd_wnd_max / 2;
    return half_window > 0 && half_window < pcb->mss ? half_window : pcb->mss;
}

/* What may be sent now, in bytes: lwIP takes all that it is given, or nothing. */
static size_t room(const struct tcp_pcb *pcb) {
    const size_t queued = TCP_SND_BUF - tcp_sndbuf(pcb);
    const size_t one = segment_bytes(pcb);
    if (memory_scarce()) {
        return queued < one ? one - queued : 0;
    }
    const size_t segments = tcp_sndqueuelen(pcb) + 1; /* the last may be filled up first */
    const size_t more = segments < TCP_SND_QUEUELEN ? (TCP_SND_QUEUELEN - segments) * one : 0;
    return more < tcp_sndbuf(pcb) ? more : tcp_sndbuf(pcb);
}

/* The errno that stands before anything can be sent or received; it is forgotten, as it was told. */
static int trouble(struct socket *socket) {
    int error = 0;
    (void)tcp_option_get(socket, SOCKET_TAKE_ERROR, &error);
    if (error != 0) {
        return -error;
    }
    if (socket->stage == TCP_CONNECTING && socket->pcb != NULL) {
        return -EAGAIN;
    }
    return socket->stage == TCP_CONNECTED ? 0 : -ENOTCONN;
}

static int64_t send(struct socket *socket, const void *bytes, size_t length, const struct address *to) {
    (void)to; /* the peer, whatever is said, as on Linux */
    const int error = trouble(socket);
    if (error != 0) {
        return error;
    }
    if (socket->out_ended || socket->pcb == NULL) {
        return -EPIPE;
    }
    size_t now = room(socket->pcb);
    now = length < now ? length : now;
    if (now == 0) {
        return length == 0 ? 0 : -EAGAIN;
    }
    if (tcp_write(socket->pcb, bytes, (u16_t)now, TCP_WRITE_FLAG_COPY) != ERR_OK) {
        socket->full = true;
        (void)tcp_output(socket->pcb);
        return -EAGAIN;
    }
    (void)tcp_output(socket->pcb);
    net_said();
    return (int64_t)now;
}

static int64_t receive(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek) {
    if (from != NULL) {
        *from = (struct address){0};
    }
    if (socket->arrivals.bytes > 0) {
        const size_t taken = arrivals_take(&socket->arrivals, bytes, length, peek);
        if (!peek && socket->pcb != NULL) {
            tcp_recved(socket->pcb, (u16_t)taken);
            net_said();
        }
        return (int64_t)taken;
    }
    const int error = trouble(socket);
    return error != 0 ? error : socket->in_ended || length == 0 ? 0 : -EAGAIN;
}

static bool takes_more(const struct socket *socket) {
    const struct tcp_pcb *pcb = socket->pcb;
    if (memory_scarce()) {
        return tcp_sndbuf(pcb) == TCP_SND_BUF && !socket->full;
    }
    return tcp_sndbuf(pcb) > TCP_SNDLOWAT && tcp_sndqueuelen(pcb) < TCP_SNDQUEUELOWAT && !socket->full;
}

static unsigned ready(const struct socket *socket) {
    if (socket->stage == TCP_LISTENING) {
        return socket->waiting != NULL ? SOCKET_IN : 0;
    }
    unsigned events = socket->error != 0 ? SOCKET_ERROR : 0;
    if (socket->pcb == NULL) {
        return events | SOCKET_IN | SOCKET_OUT | SOCKET_HANGUP;
    }
    if (socket->stage != TCP_CONNECTED) {
        return socket->stage == TCP_FRESH ? SOCKET_OUT | SOCKET_HANGUP : 0;
    }
    if (socket->arrivals.bytes > 0 || socket->in_ended) {
        events |= SOCKET_IN;
    }
    if (socket->out_ended || takes_more(socket)) {
        events |= SOCKET_OUT;
    }
    return socket->in_ended && socket->out_ended ? events | SOCKET_HANGUP : events;
}

static int shutdown(struct socket *socket, bool in, bool out) {
    if (socket->stage != TCP_CONNECTED) {
        return -ENOTCONN;
    }
    if (in && !socket->in_ended) {
        socket->in_ended = true;
        if (socket->pcb != NULL) {
            tcp_recved(socket->pcb, (u16_t)socket->arrivals.bytes);
        }
        arrivals_drop(&socket->arrivals);
    }
    if (!out || socket->out_ended) {
        return socket->pcb == NULL && socket->out_ended && !in ? -ENOTCONN : 0;
    }
    socket->out_ended = true;
    const err_t error = tcp_shutdown(socket->pcb, 0, 1);
    net_said();
    return net_errno(error);
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
    .bind = bind,
    .connect = connect,
    .listen = listen,
    .accept = accept,
    .send = send,
    .receive = receive,
    .ready = ready,
    .shutdown = shutdown,
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
