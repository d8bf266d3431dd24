/* lwIP as the machine has it: once, for all nics of a stack. */
#pragma once

#include "lwip/netif.h"

struct device;

/* Brings lwIP up, if nobody has yet: 0, or -errno of a machine without random numbers. */
int net_start(void);

/* The netif of a Link device, made at the first call: 0, or -errno. Several devices may give it addresses. */
int net_netif(struct device *link, struct netif **netif);

/* After what may have sent something to the machine itself: it is delivered between two bytecodes, as a nic's would. */
void net_said(void);
