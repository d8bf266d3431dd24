/*
 * A client that comes again from a port whose last connection is still remembered (TIME-WAIT): RFC 9293, section
 * 3.10.7.4, and RFC 1122, 4.2.2.13. lwIP refuses it for a minute; what it remembers is forgotten here, just before it
 * looks, when the numbers say that this is a new connection.
 */
#include "lwip/opt.h"

#include "lwip/priv/tcp_priv.h"
#include "lwip/prot/ip4.h"
#include "lwip/prot/ip6.h"

#include "hooks.h"

static void reopen(const struct pbuf *packet, u16_t at, const ip_addr_t *from, const ip_addr_t *to) {
    struct tcp_hdr head;
    if (pbuf_copy_partial(packet, &head, TCP_HLEN, at) != TCP_HLEN ||
        (TCPH_FLAGS(&head) & (TCP_SYN | TCP_ACK | TCP_RST)) != TCP_SYN) {
        return;
    }
    for (struct tcp_pcb *each = tcp_tw_pcbs; each != NULL; each = each->next) {
        if (each->remote_port == lwip_ntohs(head.src) && each->local_port == lwip_ntohs(head.dest) &&
            ip_addr_eq(&each->remote_ip, from) && ip_addr_eq(&each->local_ip, to)) {
            if (TCP_SEQ_GT(lwip_ntohl(head.seqno), each->rcv_nxt)) {
                tcp_abandon(each, 0);
            }
            return;
        }
    }
}

int tcp_look_at_ip4(const struct pbuf *packet) {
    const struct ip_hdr *head = packet->payload;
    if (packet->len >= IP_HLEN && IPH_PROTO(head) == IP_PROTO_TCP && (IPH_OFFSET(head) & PP_HTONS(IP_OFFMASK)) == 0) {
        ip_addr_t from, to;
        ip_addr_copy_from_ip4(from, head->src);
        ip_addr_copy_from_ip4(to, head->dest);
        reopen(packet, IPH_HL_BYTES(head), &from, &to);
    }
    return 0; /* it goes on its way */
}

#if LWIP_IPV6
int tcp_look_at_ip6(const struct pbuf *packet, struct netif *netif) {
    const struct ip6_hdr *head = packet->payload;
    if (packet->len >= IP6_HLEN && IP6H_NEXTH(head) == IP6_NEXTH_TCP) {
        ip_addr_t from, to;
        ip_addr_copy_from_ip6_packed(from, head->src);
        ip_addr_copy_from_ip6_packed(to, head->dest);
        ip6_addr_assign_zone(ip_2_ip6(&from), IP6_UNICAST, netif);
        ip6_addr_assign_zone(ip_2_ip6(&to), IP6_UNICAST, netif);
        reopen(packet, IP6_HLEN, &from, &to);
    }
    return 0;
}
#endif
