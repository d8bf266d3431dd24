/*
 * The Tcp and Udp interfaces: ends of connections, and of exchanges of datagrams. Nothing here waits: what cannot be
 * done yet is -EAGAIN, and when it can be, `ready` says so; background_work brings it about.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unikernel/address.h"

struct device;
struct socket; /* the provider's */

/* What a socket is ready for, with the numbers of poll. */
enum {
    SOCKET_IN = 1,     /* receive, or accept, has something to say, be it an end or an error */
    SOCKET_OUT = 4,    /* send takes something */
    SOCKET_ERROR = 8,  /* the connection broke, or could not be made; a datagram did not arrive */
    SOCKET_HANGUP = 16 /* both ways have ended */
};

enum socket_option {
    SOCKET_REUSE_ADDRESS,
    SOCKET_BROADCAST,
    SOCKET_KEEP_ALIVE,
    SOCKET_KEEP_IDLE_S,
    SOCKET_KEEP_INTERVAL_S,
    SOCKET_KEEP_COUNT,
    SOCKET_NO_DELAY,
    SOCKET_RESETS,        /* whether closing it resets the connection */
    SOCKET_TAKE_ERROR,    /* only read: the errno of what went wrong last, which is then forgotten */
    SOCKET_SEND_BYTES,    /* only read: of the buffer */
    SOCKET_RECEIVE_BYTES, /* only read */
    SOCKET_LISTENS,       /* only read */
    SOCKET_TIME_TO_LIVE,
    SOCKET_GROUP_LOOP, /* whether what is sent to a group is heard here, too */
    SOCKET_GROUP_LIVE, /* the time to live of what is sent to a group */
};

struct socket_operations {
    /* A new one. -EAFNOSUPPORT, -ENOBUFS. */
    int (*open)(struct device *self, uint8_t family, struct socket **socket);
    void (*close)(struct socket *socket); /* it is gone; what was sent still goes out */

    int (*bind)(struct socket *socket, const struct address *address);
    int (*connect)(struct socket *socket, const struct address *address); /* -EINPROGRESS: `ready` tells the end */
    int (*listen)(struct socket *socket);                                 /* NULL: no connections */
    int (*accept)(struct socket *socket, struct socket **accepted);

    /* The bytes that were sent, at least one of some; `to` NULL: the peer. */
    int64_t (*send)(struct socket *socket, const void *bytes, size_t length, const struct address *to);
    /* The bytes that came; 0 at the end of a connection. `from` may be NULL. With `peek` they come again. */
    int64_t (*receive)(struct socket *socket, void *bytes, size_t length, struct address *from, bool peek);

    unsigned (*ready)(const struct socket *socket);
    int (*shutdown)(struct socket *socket, bool in, bool out);

    int (*local)(const struct socket *socket, struct address *address);
    int (*peer)(const struct socket *socket, struct address *address);
    int (*get)(struct socket *socket, enum socket_option option, int *value);
    int (*set)(struct socket *socket, enum socket_option option, int value);
    /* To hear what is sent to a group, or not any more, on the link of that address; NULL: no groups. */
    int (*group)(struct socket *socket, const struct address *group, const struct address *link, bool join);
};
