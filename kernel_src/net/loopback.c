/* The machine itself, as 127.0.0.1: lwIP's own loopback, which is there as soon as lwIP is. RFC 1122, section 3.2.1.3.
 */
#include <errno.h>

#include "ip_operations.h"
#include "net.h"
#include "unikernel/device.h"

static int init(struct device *self) {
    const int error = net_start();
    if (error != 0) {
        return error;
    }
    struct netif *netif;
    NETIF_FOREACH(netif) {
        if (ip4_addr_isloopback(netif_ip4_addr(netif))) {
            self->state = netif;
            return 0;
        }
    }
    return -ENODEV;
}

const struct driver loopback_driver = {
    .class_name = "Loopback",
    .provides = INTERFACE_IP,
    .operations = &ipv4_operations,
    .init = init,
};
