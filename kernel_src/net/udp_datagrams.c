/* Datagrams that come and go. A socket keeps so many that nobody has read; what comes then is lost, as on any wire. */
#include <errno.h>

#include "lwip/stats.h"

#include "address.h"
#include "arrivals.h"
#include "net.h"
#include "udp_socket.h"

void udp_on_arrival(void *argument, struct udp_pcb *pcb, struct pbuf *bytes, const ip_addr_t *from, u16_t port) {
    (void)pcb;
    struct socket *socket = argument;
    if (socket->count == UDP_UNREAD_MOST || socket->in_ended || (socket->count > 0 && arrivals_scarce())) {
        pbuf_free(bytes);
        return;
    }
    struct datagram *datagram = &socket->unread[(socket->first + socket->count++) % UDP_UNREAD_MOST];
    *datagram = (struct datagram){bytes, *from, port};
}

static void drop_first(struct socket *socket) {
    pbuf_free(socket->unread[socket->first].bytes);
    socket->first = (socket->first + 1) % UDP_UNREAD_MOST;
    socket->count--;
}

void udp_forget_all(struct socket *socket) {
    while (socket->count > 0) {
        drop_first(socket);
    }
}

int64_t udp_socket_send(struct socket *socket, const void *bytes, size_t length, const struct address *to) {
    ip_addr_t ip;
    if (length > UDP_MOST_BYTES) {
        return -EMSGSIZE;
    }
    if (socket->out_ended) {
        return -EPIPE;
    }
    const int failed = udp_take_error(socket);
    if (failed != 0) {
        return -failed;
    }
    if (to == NULL && !(socket->pcb->flags & UDP_FLAGS_CONNECTED)) {
        return -EDESTADDRREQ;
    }
    if (to != NULL && (to->family != socket->family || !address_to_ip(to, &ip))) {
        return -EAFNOSUPPORT;
    }
    const int unbound = udp_bind_somewhere(socket);
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

int64_t udp_socket_receive(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek) {
    const int failed = udp_take_error(socket);
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

unsigned udp_socket_ready(const struct socket *socket) {
    const unsigned failed = socket->error != 0 ? SOCKET_ERROR | SOCKET_IN : 0;
    const unsigned in = socket->count > 0 || socket->in_ended ? SOCKET_IN | failed : failed;
    return lwip_stats.mem.used < MEM_SIZE - UDP_MOST_BYTES ? in | SOCKET_OUT : in;
}
