/*
 * Segments that did not arrive: RFC 1122, section 4.2.3.9. A connection that was asked for is given up at once, as on
 * Linux. One that was made goes on: what a router says may pass, and a peer that is there has answered. It is the errno
 * if the peer acknowledges nothing more.
 *
 * A message is believed whose segment is on its way: RFC 5927, section 4.1.
 */
#include "lwip/priv/tcp_priv.h"
#include "tcp_socket.h"
#include "unreachable.h"

static void on_unreachable(const struct unreachable *segment) {
    struct tcp_pcb *pcb = tcp_active_pcbs;
    while (pcb != NULL && (pcb->local_port != segment->from_port || pcb->remote_port != segment->to_port ||
                           !ip_addr_eq(&pcb->local_ip, &segment->from) || !ip_addr_eq(&pcb->remote_ip, &segment->to))) {
        pcb = pcb->next;
    }
    struct socket *socket = pcb == NULL ? NULL : tcp_socket_of(pcb);
    if (socket == NULL || !TCP_SEQ_BETWEEN(segment->number, pcb->lastack, pcb->snd_nxt)) {
        return;
    }
    if (socket->stage == TCP_CONNECTING) {
        tcp_refuse(socket, segment->error);
    } else {
        socket->doubt = segment->error;
    }
}

void tcp_watch_unreachable(void) {
    unreachable_watch(IP_PROTO_TCP, on_unreachable);
}
