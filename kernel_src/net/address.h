/* Addresses and errors, as lwIP has them and as everybody else does. */
#pragma once

#include "lwip/err.h"
#include "lwip/ip_addr.h"
#include "unikernel/address.h"

/* False: lwIP, as it was compiled, does not speak that family. */
bool address_to_ip(const struct address *address, ip_addr_t *ip);

void address_of_ip(const ip_addr_t *ip, uint16_t port, struct address *address);

/* Both into ADDRESS_TEXT_BYTES: in version 6 as RFC 5952 has it, and without the link's number. */
void address_write_ip(const ip_addr_t *ip, char *text);
void address_write_six(const uint8_t bytes[ADDRESS_IPV6_BYTES], char *text);

/* 0 or -errno. */
int net_errno(err_t error);
