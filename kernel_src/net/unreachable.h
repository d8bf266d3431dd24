/* Packets of this machine that did not arrive, as others tell it. */
#pragma once

#include "lwip/ip_addr.h"

/* Such a packet: what the message about it quotes. */
struct unreachable {
    ip_addr_t from, to;
    uint16_t from_port, to_port;
    uint32_t number; /* of a segment's first byte */
    int error;       /* the errno that says why */
};

typedef void (*unreachable_listener)(const struct unreachable *packet);

/* From now on the listener hears of packets of that protocol: IP_PROTO_TCP, or IP_PROTO_UDP. */
void unreachable_watch(uint8_t protocol, unreachable_listener listener);
