/* An end of exchanges of datagrams over lwIP, as the files udp_*.c share it. */
#pragma once

#include "lwip/udp.h"
#include "unikernel/socket.h"

enum { UDP_UNREAD_MOST = 32, UDP_MOST_BYTES = 65507, UDP_GROUPS = 4 };

struct datagram {
    struct pbuf *bytes;
    ip_addr_t from;
    uint16_t port;
};

struct membership {
    bool joined;
    ip_addr_t group, link;
};

struct socket {
    struct udp_pcb *pcb; /* NULL: the socket is free */
    struct datagram unread[UDP_UNREAD_MOST];
    unsigned first, count;
    int error; /* what came of a datagram to the peer, until somebody was told: an errno */
    uint8_t family;
    bool in_ended, out_ended;
    struct membership groups[UDP_GROUPS];
};

/* udp_sockets.c */
int udp_bind_somewhere(struct socket *socket);
/* What went wrong; it is forgotten, as it was told. */
int udp_take_error(struct socket *socket);

/* udp_datagrams.c */
void udp_on_arrival(void *socket, struct udp_pcb *pcb, struct pbuf *bytes, const ip_addr_t *from, u16_t port);
int64_t udp_socket_send(struct socket *socket, const void *bytes, size_t length, const struct address *to);
int64_t udp_socket_receive(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek);
unsigned udp_socket_ready(const struct socket *socket);
void udp_forget_all(struct socket *socket); /* that nobody has read */

/* udp_groups.c */
int udp_change_group(struct socket *socket, const struct address *group, const struct address *link, bool join);
void udp_leave_groups(struct socket *socket);

/* udp_options.c */
int udp_option_get(struct socket *socket, enum socket_option option, int *value);
int udp_option_set(struct socket *socket, enum socket_option option, int value);
