/* What lwIP tells of a connection, noted in its socket: nobody is called from here. */
#include <errno.h>

#include "lwip/priv/tcp_priv.h"
#include "neighbour.h"
#include "tcp_socket.h"

enum { LOOK_TICKS = 2, LEFT_TICKS = 240, QUICK_MOST = 16 }; /* of TCP_SLOW_INTERVAL */
enum { SILENT_LOOKS = 6 };                                  /* 3 s, as on Linux */

void tcp_forget(struct socket *socket) {
    struct tcp_pcb *pcb = socket->pcb;
    socket->pcb = NULL;
    if (pcb == NULL) {
        return;
    }
    tcp_arg(pcb, NULL);
    if (pcb->state == LISTEN) {
        tcp_accept(pcb, NULL);
        return;
    }
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_poll(pcb, NULL, 0);
    tcp_err(pcb, NULL);
}

static void on_error(void *argument, err_t error) {
    struct socket *socket = argument;
    socket->pcb = NULL;
    if (socket->listener != NULL) { /* nobody will miss it */
        tcp_leave_queue(socket);
        tcp_socket_give(socket);
        return;
    }
    if (error != ERR_CLSD) {
        const int reset = socket->stage == TCP_CONNECTING ? ECONNREFUSED : ECONNRESET;
        socket->error = error == ERR_RST ? reset : socket->doubt != 0 ? socket->doubt : ETIMEDOUT;
    }
    socket->in_ended = socket->out_ended = true;
}

struct socket *tcp_socket_of(const struct tcp_pcb *pcb) {
    return pcb->errf == on_error ? pcb->callback_arg : NULL;
}

void tcp_refuse(struct socket *socket, int error) {
    struct tcp_pcb *pcb = socket->pcb;
    tcp_forget(socket);
    tcp_abandon(pcb, 0);
    socket->error = error;
    socket->in_ended = socket->out_ended = true;
}

static err_t on_arrival(void *argument, struct tcp_pcb *pcb, struct pbuf *bytes, err_t error) {
    (void)error;
    struct socket *socket = argument;
    if (bytes == NULL) {
        socket->in_ended = true;
        if (pcb->state != CLOSE_WAIT) { /* both have ended, and lwIP forgets it without a word */
            tcp_forget(socket);
        }
    } else if (socket->in_ended) { /* by the app's wish */
        tcp_recved(pcb, bytes->tot_len);
        pbuf_free(bytes);
    } else {
        if (!(bytes->flags & PBUF_FLAG_PUSH) && socket->quick < QUICK_MOST) {
            socket->quick++; /* more follows, and a sender that begins waits for each word */
            tcp_ack_now(pcb);
        }
        arrivals_put(&socket->arrivals, bytes);
    }
    return ERR_OK;
}

static err_t on_sent(void *argument, struct tcp_pcb *pcb, u16_t length) {
    (void)pcb, (void)length;
    struct socket *socket = argument;
    socket->full = false;
    socket->doubt = 0;
    return ERR_OK;
}

static err_t on_time(void *argument, struct tcp_pcb *pcb) {
    struct socket *socket = argument;
    socket->full = false;
    if (socket->stage == TCP_CONNECTING && ++socket->looks >= SILENT_LOOKS) {
        socket->looks = SILENT_LOOKS;
        if (neighbour_silent(&pcb->local_ip, &pcb->remote_ip)) {
            tcp_refuse(socket, EHOSTUNREACH);
            return ERR_ABRT;
        }
    }
    return ERR_OK;
}

/* The argument is what had been acknowledged a minute ago. */
static err_t on_time_left(void *argument, struct tcp_pcb *pcb) {
    void *acknowledged = (void *)(uintptr_t)pcb->lastack;
    if (acknowledged == argument) {
        tcp_abort(pcb);
        return ERR_ABRT;
    }
    tcp_arg(pcb, acknowledged);
    return ERR_OK;
}

void tcp_leave_to_peer(struct tcp_pcb *pcb) {
    tcp_arg(pcb, (void *)(uintptr_t)pcb->lastack);
    tcp_poll(pcb, on_time_left, LEFT_TICKS);
}

err_t tcp_on_connected(void *argument, struct tcp_pcb *pcb, err_t error) {
    (void)pcb, (void)error;
    ((struct socket *)argument)->stage = TCP_CONNECTED;
    return ERR_OK;
}

void tcp_watch(struct socket *socket, struct tcp_pcb *pcb) {
    socket->pcb = pcb;
    tcp_arg(pcb, socket);
    tcp_recv(pcb, on_arrival);
    tcp_sent(pcb, on_sent);
    tcp_poll(pcb, on_time, LOOK_TICKS);
    tcp_err(pcb, on_error);
}
