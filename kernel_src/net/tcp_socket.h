/* An end of a connection over lwIP, as the files tcp_*.c share it. */
#pragma once

#include "arrivals.h"
#include "lwip/tcp.h"
#include "unikernel/socket.h"

enum tcp_stage { TCP_FRESH, TCP_LISTENING, TCP_CONNECTING, TCP_CONNECTED };

struct socket {
    struct tcp_pcb *pcb; /* NULL: lwIP is done with it */
    struct arrivals arrivals;
    struct socket *next;                   /* of those that are free, or that wait to be accepted */
    struct socket *listener;               /* that it waits at */
    struct socket *waiting, *waiting_last; /* to be accepted here */
    int error;                             /* what went wrong, until somebody was told: an errno */
    int doubt; /* why the peer may be out of reach, as somebody said; an acknowledgement disproves it */
    uint8_t stage, family;
    uint8_t quick; /* segments that were acknowledged at once */
    uint8_t looks; /* at a peer that does not answer yet */
    bool in_ended, out_ended;
    bool resets; /* when it is closed */
    bool full;   /* lwIP had no memory; it has not told of any since */
};

/* tcp_sockets.c */
struct socket *tcp_socket_take(void); /* NULL: all are in use */
void tcp_socket_give(struct socket *socket);

/* tcp_connections.c */
int tcp_socket_renew(struct socket *socket); /* lwIP's part of a socket that has none */
int tcp_socket_bind(struct socket *socket, const struct address *address);
int tcp_socket_connect(struct socket *socket, const struct address *address);
int tcp_socket_listen(struct socket *socket);
int tcp_socket_accept(struct socket *socket, struct socket **accepted);

/* tcp_streams.c */
int64_t tcp_socket_send(struct socket *socket, const void *bytes, size_t length, const struct address *to);
int64_t tcp_socket_receive(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek);
unsigned tcp_socket_ready(const struct socket *socket);
int tcp_socket_shutdown(struct socket *socket, bool in, bool out);

/* tcp_events.c: from now on what happens to the connection is noted in the socket. */
void tcp_watch(struct socket *socket, struct tcp_pcb *pcb);
err_t tcp_on_connected(void *socket, struct tcp_pcb *pcb, err_t error);
/* From now on lwIP knows nothing of the socket. */
void tcp_forget(struct socket *socket);
/* What the app has left may take as long as its peer acknowledges something each minute: it is not held for one that
 * takes nothing any more, and says so for ever. */
void tcp_leave_to_peer(struct tcp_pcb *pcb);
/* What lwIP says belongs to a socket; NULL: none does. */
struct socket *tcp_socket_of(const struct tcp_pcb *pcb);
/* A connection that was asked for cannot be made: an errno. lwIP's part is gone. */
void tcp_refuse(struct socket *socket, int error);

/* tcp_guests.c: from now on who comes in waits at the socket. */
void tcp_watch_door(struct socket *socket);
/* Takes it out of the queue that it waits in. */
void tcp_leave_queue(struct socket *socket);

/* tcp_unreachable.c */
void tcp_watch_unreachable(void);

/* tcp_options.c */
int tcp_option_get(struct socket *socket, enum socket_option option, int *value);
int tcp_option_set(struct socket *socket, enum socket_option option, int value);
