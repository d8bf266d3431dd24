/*
 * The network of a machine as a part of a program on the host: lwIP and all of kernel_src/net on two links, with the
 * rest of the kernel around it. Time passes when it is told to.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "unikernel/device.h"

/* Of both versions is the first link, "a"; the second has its address from a server. */
enum { STACK_LINKS = 2, STACK_POOLS = 32 };

/* What provides sockets, names and so on. */
extern struct device static_ip, tcp_sockets, udp_sockets, dns_resolver, ntp_client, syslog;

/* The wires, as they are now. */
extern struct stack_wires {
    bool unplugged, crowded;                                            /* both links */
    void (*sent)(unsigned link, const uint8_t *frame, uint32_t length); /* NULL, or called for each frame that leaves */
} stack_wires;

/* Brings all devices up; false: one has failed, and was named. */
bool stack_start(void);

/* From now on check sums of what comes are as right as they are not. */
void stack_trust_sums(void);

void stack_address(unsigned link, uint8_t bytes[6]);

/* A frame for that link, from malloc: as large as it is, so that a look beyond is seen. It comes with the next pass. */
void stack_give(unsigned link, uint8_t *frame, uint32_t length);

/* Time passes, and what is due or has come is dealt with. */
void stack_pass(uint64_t ms);

/* What of each pool is held, but for what the small services hold on and off; unused ones are 0. */
void stack_look(uint32_t used[STACK_POOLS]);
