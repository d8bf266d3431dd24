/*
 * An IPv4 address that a server lends: RFC 2131. The first question goes out when the device comes up; the answer is
 * dealt with like any packet, so that no boot waits for a server. Until one answers, and whenever a lease has run out,
 * there is no address, and the questions go on.
 */
#include "dhcp_ip.h"

#include <errno.h>

#include "ip_operations.h"
#include "lwip/dhcp.h"
#include "net.h"
#include "offers.h"
#include "unikernel/device.h"

/* lwIP's, with what an acknowledgement says. */
void dhcp_set_ntp_servers(u8_t count, const ip4_addr_t *servers) {
    if (count > 0) {
        ip_addr_copy_from_ip4(offers_ntp, *servers);
    }
}

static int init(struct device *self) {
    const struct dhcp_ip_parameters *parameters = self->parameters;
    struct netif *netif;
    const int error = net_netif(self->requirements[0], &netif);
    if (error != 0) {
        return error;
    }
    netif->mtu = (u16_t)parameters->mtu;
    netif_set_hostname(netif, net_hostname(parameters->hostname));
    if (dhcp_start(netif) != ERR_OK) {
        return -ENOMEM;
    }
    self->state = netif;
    return 0;
}

const struct driver dhcp_ip_driver = {
    .class_name = "DhcpIp",
    .provides = INTERFACE_IP,
    .operations = &ipv4_operations,
    .init = init,
};
