/* What lwIP asks of us in the middle of its work; it is read by lwIP alone. */
#pragma once

#include "lwip/err.h"
#include "lwip/ip_addr.h"

struct tcp_pcb;
struct tcp_hdr;
struct pbuf;
struct netif;

u32_t tcp_first_number(const ip_addr_t *local_ip, u16_t local_port, const ip_addr_t *remote_ip, u16_t remote_port);
err_t tcp_let_in(struct tcp_pcb *pcb, const struct tcp_hdr *head, const struct pbuf *payload);
int tcp_look_at_ip4(const struct pbuf *packet);
int tcp_look_at_ip6(const struct pbuf *packet, struct netif *netif);

#define LWIP_HOOK_TCP_ISN                                                             tcp_first_number
#define LWIP_HOOK_TCP_INPACKET_PCB(pcb, head, options, options_1, options_2, payload) tcp_let_in(pcb, head, payload)
#define LWIP_HOOK_IP4_INPUT(packet, netif)                                            tcp_look_at_ip4(packet)
#define LWIP_HOOK_IP6_INPUT(packet, netif)                                            tcp_look_at_ip6(packet, netif)
