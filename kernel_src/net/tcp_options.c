/* A connection's options: lwIP's fields. */
#include <errno.h>

#include "tcp_socket.h"

enum { MS_PER_S = 1000, LONGEST_S = 32767, MOST_TRIES = 127 };

static int flag(enum socket_option option) {
    switch (option) {
    case SOCKET_REUSE_ADDRESS:
        return SOF_REUSEADDR;
    case SOCKET_KEEP_ALIVE:
        return SOF_KEEPALIVE;
    case SOCKET_BROADCAST:
        return SOF_BROADCAST;
    default:
        return 0;
    }
}

/* The fields that a listening one has, too. */
static int get_shared(const struct socket *socket, enum socket_option option, int *value) {
    switch (option) {
    case SOCKET_SEND_BYTES:
        *value = TCP_SND_BUF;
        return 0;
    case SOCKET_RECEIVE_BYTES:
        *value = TCP_WND;
        return 0;
    case SOCKET_LISTENS:
        *value = socket->stage == TCP_LISTENING;
        return 0;
    default:
        break;
    }
    if (socket->pcb == NULL) {
        return -EINVAL;
    }
    if (option == SOCKET_TIME_TO_LIVE) {
        *value = socket->pcb->ttl;
        return 0;
    }
    *value = ip_get_option(socket->pcb, flag(option)) != 0;
    return flag(option) != 0 ? 0 : -ENOPROTOOPT;
}

int tcp_option_get(struct socket *socket, enum socket_option option, int *value) {
    if (option == SOCKET_TAKE_ERROR) {
        *value = socket->error;
        socket->error = 0;
        return 0;
    }
    if (option == SOCKET_RESETS) {
        *value = socket->resets;
        return 0;
    }
    const struct tcp_pcb *pcb = socket->stage == TCP_LISTENING ? NULL : socket->pcb;
    if (pcb != NULL) {
        switch (option) {
        case SOCKET_NO_DELAY:
            *value = tcp_nagle_disabled(pcb);
            return 0;
        case SOCKET_KEEP_IDLE_S:
            *value = (int)(pcb->keep_idle / MS_PER_S);
            return 0;
        case SOCKET_KEEP_INTERVAL_S:
            *value = (int)(pcb->keep_intvl / MS_PER_S);
            return 0;
        case SOCKET_KEEP_COUNT:
            *value = (int)pcb->keep_cnt;
            return 0;
        default:
            break;
        }
    }
    return get_shared(socket, option, value);
}

int tcp_option_set(struct socket *socket, enum socket_option option, int value) {
    struct tcp_pcb *pcb = socket->pcb;
    if (option == SOCKET_RESETS) {
        socket->resets = value != 0;
        return 0;
    }
    if (pcb == NULL) {
        return -EINVAL;
    }
    if (flag(option) != 0) {
        if (value) {
            ip_set_option(pcb, flag(option));
        } else {
            ip_reset_option(pcb, flag(option));
        }
        return 0;
    }
    if (option == SOCKET_TIME_TO_LIVE) {
        pcb->ttl = (u8_t)value;
        return value > 0 && value <= UINT8_MAX ? 0 : -EINVAL;
    }
    const bool counts = option == SOCKET_KEEP_COUNT;
    if (option == SOCKET_NO_DELAY || socket->stage == TCP_LISTENING) {
        if (socket->stage != TCP_LISTENING && value) {
            tcp_nagle_disable(pcb);
        } else if (socket->stage != TCP_LISTENING) {
            tcp_nagle_enable(pcb);
        }
        return 0;
    }
    if (value < 1 || value > (counts ? MOST_TRIES : LONGEST_S)) {
        return -EINVAL;
    }
    switch (option) {
    case SOCKET_KEEP_IDLE_S:
        pcb->keep_idle = (u32_t)value * MS_PER_S;
        return 0;
    case SOCKET_KEEP_INTERVAL_S:
        pcb->keep_intvl = (u32_t)value * MS_PER_S;
        return 0;
    case SOCKET_KEEP_COUNT:
        pcb->keep_cnt = (u32_t)value;
        return 0;
    default:
        return -ENOPROTOOPT;
    }
}
