/*
 * What goes over a connection, each way until it ends: RFC 9293, section 3.8.
 *
 * A connection's window is closed by what nobody has read, and its peer's by what it has not acknowledged: neither way
 * is there a queue without an end. Memory that is scarce is shared, see tcp_door.c; to send, each connection always
 * has room for one segment, whatever the others do.
 */
#include <errno.h>

#include "lwip/stats.h"

#include "address.h"
#include "net.h"
#include "tcp_socket.h"

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

int64_t tcp_socket_send(struct socket *socket, const void *bytes, size_t length, const struct address *to) {
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

int64_t tcp_socket_receive(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek) {
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

unsigned tcp_socket_ready(const struct socket *socket) {
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

int tcp_socket_shutdown(struct socket *socket, bool in, bool out) {
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
