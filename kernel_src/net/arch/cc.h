/* What lwIP asks of a compiler and a platform. */
#pragma once

#include <limits.h>
#include <stdint.h>
#include <sys/types.h>

uint32_t net_random(void);                            /* net.c */
uint16_t net_checksum(const void *bytes, int length); /* checksum.c */

/* Who takes what goes to another network; NULL: a router that has announced itself. ipv6.c */
struct netif;
struct ip6_addr;
const struct ip6_addr *ipv6_gateway(struct netif *netif);

#define LWIP_RAND()               net_random()
#define LWIP_NO_UNISTD_H          1
#define LWIP_NO_CTYPE_H           1
#define LWIP_PLATFORM_DIAG(words) ((void)0)

/* A broken promise of lwIP's is one of ours. */
_Noreturn void net_broken(const char *promise);
#define LWIP_PLATFORM_ASSERT(promise) net_broken(promise)
