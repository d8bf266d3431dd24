/* The Ip interface, as far as all devices that provide it share it. Their state is the netif. */
#pragma once

#include "unikernel/ip.h"

struct device;

extern const struct ip_operations ipv4_operations;

/* Of any: beside addresses and gateways. */
bool ip_connected(struct device *self);
uint32_t ip_mtu(struct device *self);
bool ip_count(unsigned number, const char **name, uint64_t *value); /* counts.c */
bool ip_pool(unsigned number, struct ip_pool *pool);
int ping(const char *address); /* ping.c */
int64_t ping_answered_ns(void);

/* Adds "/24". */
void ip_text_add_bits(char text[IP_TEXT_BYTES], unsigned bits);
