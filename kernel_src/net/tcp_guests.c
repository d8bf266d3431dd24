/* Those that have come in and wait to be accepted: a queue at the socket that listens. */
#include "tcp_socket.h"

static err_t on_guest(void *argument, struct tcp_pcb *pcb, err_t error) {
    struct socket *listener = argument;
    struct socket *socket = listener == NULL || pcb == NULL || error != ERR_OK ? NULL : tcp_socket_take();
    if (socket == NULL) {
        return ERR_MEM; /* lwIP ends the connection */
    }
    socket->stage = TCP_CONNECTED;
    socket->family = listener->family;
    socket->listener = listener;
    tcp_watch(socket, pcb);
    tcp_setprio(pcb, TCP_PRIO_MAX); /* above those that are half open, or closed */
    tcp_backlog_delayed(pcb);
    if (listener->waiting == NULL) {
        listener->waiting = socket;
    } else {
        listener->waiting_last->next = socket;
    }
    listener->waiting_last = socket;
    return ERR_OK;
}

void tcp_watch_door(struct socket *socket) {
    tcp_arg(socket->pcb, socket);
    tcp_accept(socket->pcb, on_guest);
}

void tcp_leave_queue(struct socket *socket) {
    struct socket *listener = socket->listener;
    struct socket *before = NULL;
    struct socket **link = &listener->waiting;
    while (*link != socket) {
        before = *link;
        link = &before->next;
    }
    *link = socket->next;
    if (listener->waiting_last == socket) {
        listener->waiting_last = before;
    }
    socket->listener = NULL;
    socket->next = NULL;
}
