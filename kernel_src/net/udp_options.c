/* A datagram socket's options: lwIP's fields. */
#include <errno.h>

#include "udp_socket.h"

int udp_option_get(struct socket *socket, enum socket_option option, int *value) {
    const struct udp_pcb *pcb = socket->pcb;
    switch (option) {
    case SOCKET_REUSE_ADDRESS:
        *value = ip_get_option(pcb, SOF_REUSEADDR) != 0;
        return 0;
    case SOCKET_BROADCAST:
        *value = ip_get_option(pcb, SOF_BROADCAST) != 0;
        return 0;
    case SOCKET_TAKE_ERROR:
        *value = udp_take_error(socket);
        return 0;
    case SOCKET_LISTENS:
        *value = 0;
        return 0;
    case SOCKET_SEND_BYTES:
        *value = UDP_MOST_BYTES;
        return 0;
    case SOCKET_RECEIVE_BYTES:
        *value = UDP_UNREAD_MOST * TCP_MSS;
        return 0;
    case SOCKET_TIME_TO_LIVE:
        *value = pcb->ttl;
        return 0;
#if LWIP_MULTICAST_TX_OPTIONS
    case SOCKET_GROUP_LIVE:
        *value = udp_get_multicast_ttl(pcb);
        return 0;
    case SOCKET_GROUP_LOOP:
        *value = (udp_flags(pcb) & UDP_FLAGS_MULTICAST_LOOP) != 0;
        return 0;
#endif
    default:
        return -ENOPROTOOPT;
    }
}

static void set_flag(struct udp_pcb *pcb, uint8_t flag, int value) {
    if (value) {
        ip_set_option(pcb, flag);
    } else {
        ip_reset_option(pcb, flag);
    }
}

int udp_option_set(struct socket *socket, enum socket_option option, int value) {
    struct udp_pcb *pcb = socket->pcb;
    switch (option) {
    case SOCKET_REUSE_ADDRESS:
        set_flag(pcb, SOF_REUSEADDR, value);
        return 0;
    case SOCKET_BROADCAST:
        set_flag(pcb, SOF_BROADCAST, value);
        return 0;
    case SOCKET_TIME_TO_LIVE:
        pcb->ttl = (u8_t)value;
        return value > 0 && value <= UINT8_MAX ? 0 : -EINVAL;
#if LWIP_MULTICAST_TX_OPTIONS
    case SOCKET_GROUP_LIVE:
        udp_set_multicast_ttl(pcb, (u8_t)value);
        return value >= 0 && value <= UINT8_MAX ? 0 : -EINVAL;
    case SOCKET_GROUP_LOOP:
        udp_setflags(pcb, value ? udp_flags(pcb) | UDP_FLAGS_MULTICAST_LOOP
                                : udp_flags(pcb) & (u8_t)~UDP_FLAGS_MULTICAST_LOOP);
        return 0;
#endif
    default:
        return -ENOPROTOOPT;
    }
}
