/*
 * What hosts and routers say of a packet that did not arrive: RFC 792, pages 4 to 7, and RFC 4443, sections 3.1
 * and 3.3. Whoever sent the packet must hear of it (RFC 1122, sections 3.2.2.1 and 3.2.2.4), and lwIP drops it.
 *
 * Anybody can send such a message. Here it counts if its check sum is right and it quotes the head of a packet that
 * came from the address which the message is for. Whether that packet was ever sent, its listener knows: RFC 5927,
 * section 4.
 */
#include "unreachable.h"

#include <errno.h>
#include <stdbool.h>

#include "lwip/inet_chksum.h"
#include "lwip/ip.h"
#include "lwip/prot/icmp.h"
#include "lwip/raw.h"

#if LWIP_IPV6
    #include "lwip/prot/icmp6.h"
#endif

/* What a segment and a datagram begin with, as far as it is always quoted. */
struct ends {
    u16_t from_port, to_port;
    u32_t number; /* of TCP */
};

static unreachable_listener on_tcp, on_udp;

static void tell(struct pbuf *message, u16_t at, u8_t protocol, struct unreachable *packet) {
    const unreachable_listener listener = protocol == IP_PROTO_TCP ? on_tcp : protocol == IP_PROTO_UDP ? on_udp : NULL;
    struct ends ends;
    if (listener == NULL || !ip_addr_eq(&packet->from, ip_current_dest_addr()) ||
        pbuf_copy_partial(message, &ends, sizeof ends, at) != sizeof ends) {
        return;
    }
    packet->from_port = lwip_ntohs(ends.from_port);
    packet->to_port = lwip_ntohs(ends.to_port);
    packet->number = lwip_ntohl(ends.number);
    listener(packet);
}

/* By the code: RFC 792; RFC 1812, section 5.2.7.1. No packet of ours may not be cut in pieces: 4, which says so, is no
 * answer. */
static int errno_of(const struct icmp_hdr *head) {
    static const uint8_t errors[] = {
        ENETUNREACH,  EHOSTUNREACH, ECONNREFUSED, ECONNREFUSED, 0,           EHOSTUNREACH, ENETUNREACH,
        EHOSTUNREACH, EHOSTUNREACH, ENETUNREACH,  EHOSTUNREACH, ENETUNREACH, EHOSTUNREACH, EHOSTUNREACH,
        EHOSTUNREACH, EHOSTUNREACH,
    };
    if (head->type == ICMP_TE) {
        return head->code == 0 ? EHOSTUNREACH : 0;
    }
    return head->type == ICMP_DUR && head->code < sizeof errors ? errors[head->code] : 0;
}

static void read_four(struct pbuf *message, int error) {
    struct ip_hdr head;
    const u16_t at = sizeof(struct icmp_hdr);
    if (inet_chksum_pbuf(message) != 0 || pbuf_copy_partial(message, &head, IP_HLEN, at) != IP_HLEN ||
        IPH_V(&head) != 4 || IPH_HL_BYTES(&head) < IP_HLEN || (IPH_OFFSET(&head) & PP_HTONS(IP_OFFMASK)) != 0) {
        return;
    }
    struct unreachable packet = {.error = error};
    ip_addr_copy_from_ip4(packet.from, head.src);
    ip_addr_copy_from_ip4(packet.to, head.dest);
    tell(message, at + IPH_HL_BYTES(&head), IPH_PROTO(&head), &packet);
}

#if LWIP_IPV6
static int errno_of_six(const struct icmp_hdr *head) {
    static const uint8_t errors[] = {ENETUNREACH, EACCES, EHOSTUNREACH, EHOSTUNREACH, ECONNREFUSED, EACCES, EACCES};
    if (head->type == ICMP6_TYPE_TE) {
        return head->code == ICMP6_TE_HL ? EHOSTUNREACH : 0;
    }
    return head->type == ICMP6_TYPE_DUR && head->code < sizeof errors ? errors[head->code] : 0;
}

static void read_six(struct pbuf *message, int error) {
    struct ip6_hdr head;
    const u16_t at = sizeof(struct icmp_hdr);
    if (ip6_chksum_pseudo(message, IP6_NEXTH_ICMP6, message->tot_len, ip6_current_src_addr(),
                          ip6_current_dest_addr()) != 0 ||
        pbuf_copy_partial(message, &head, IP6_HLEN, at) != IP6_HLEN || IP6H_V(&head) != 6) {
        return;
    }
    struct unreachable packet = {.error = error};
    ip_addr_copy_from_ip6_packed(packet.from, head.src);
    ip_addr_copy_from_ip6_packed(packet.to, head.dest);
    ip6_addr_assign_zone(ip_2_ip6(&packet.from), IP6_UNICAST, ip_current_input_netif());
    ip6_addr_assign_zone(ip_2_ip6(&packet.to), IP6_UNICAST, ip_current_input_netif());
    tell(message, at + IP6_HLEN, IP6H_NEXTH(&head), &packet);
}
#endif

static bool read_head(struct pbuf *message, struct icmp_hdr *head) {
    const u16_t before = ip_current_header_tot_len();
    return message->len >= before + sizeof *head &&
           pbuf_copy_partial(message, head, sizeof *head, before) == sizeof *head;
}

static void look(struct pbuf *message, int error, void (*read)(struct pbuf *message, int error)) {
    const u16_t before = ip_current_header_tot_len();
    if (error != 0) {
        pbuf_remove_header(message, before);
        read(message, error);
        pbuf_add_header_force(message, before);
    }
}

/* They eat nothing: lwIP counts the message, too. */
static u8_t on_four(void *unused, struct raw_pcb *pcb, struct pbuf *message, const ip_addr_t *from) {
    (void)unused, (void)pcb, (void)from;
    struct icmp_hdr head;
    if (read_head(message, &head)) {
        look(message, errno_of(&head), read_four);
    }
    return 0;
}

#if LWIP_IPV6
static u8_t on_six(void *unused, struct raw_pcb *pcb, struct pbuf *message, const ip_addr_t *from) {
    (void)unused, (void)pcb, (void)from;
    struct icmp_hdr head;
    if (read_head(message, &head)) {
        look(message, errno_of_six(&head), read_six);
    }
    return 0;
}
#endif

static void hear(struct raw_pcb *pcb, raw_recv_fn receive) {
    if (pcb != NULL) {
        raw_recv(pcb, receive, NULL);
    }
}

void unreachable_watch(uint8_t protocol, unreachable_listener listener) {
    if (on_tcp == NULL && on_udp == NULL) {
        hear(raw_new(IP_PROTO_ICMP), on_four);
#if LWIP_IPV6
        hear(raw_new_ip_type(IPADDR_TYPE_V6, IP6_NEXTH_ICMP6), on_six);
#endif
    }
    *(protocol == IP_PROTO_TCP ? &on_tcp : &on_udp) = listener;
}
