/* An IPv4 address that the stack says. */
#include "static_ip.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ip_operations.h"
#include "lwip/ip4_addr.h"
#include "net.h"
#include "unikernel/device.h"

enum { ADDRESS_BITS = 32, DECIMAL = 10 };

/* "10.0.2.15/24"; the host has checked it, when it was built or booted. */
static bool parse(const char *text, ip4_addr_t *address, ip4_addr_t *mask) {
    char dotted[IP4ADDR_STRLEN_MAX];
    const char *slash = strchr(text, '/');
    if (slash == NULL || (size_t)(slash - text) >= sizeof dotted) {
        return false;
    }
    memcpy(dotted, text, slash - text);
    dotted[slash - text] = 0;
    unsigned bits = 0;
    for (const char *at = slash + 1; *at >= '0' && *at <= '9'; at++) {
        bits = bits * DECIMAL + (unsigned)(*at - '0');
    }
    ip4_addr_set_u32(mask, bits == 0 ? 0 : lwip_htonl(UINT32_MAX << (ADDRESS_BITS - bits)));
    return bits <= ADDRESS_BITS && ip4addr_aton(dotted, address) == 1;
}

static int init(struct device *self) {
    const struct static_ip_parameters *parameters = self->parameters;
    struct netif *netif;
    const int error = net_netif(self->requirements[0], &netif);
    if (error != 0) {
        return error;
    }
    ip4_addr_t address, mask, gateway = {0};
    if (!parse(parameters->address, &address, &mask) ||
        (parameters->gateway[0] != 0 && ip4addr_aton(parameters->gateway, &gateway) != 1)) {
        return -EINVAL;
    }
    netif->mtu = (u16_t)parameters->mtu;
    netif_set_addr(netif, &address, &mask, &gateway);
    self->state = netif;
    return 0;
}

const struct driver static_ip_driver = {
    .class_name = "StaticIp",
    .provides = INTERFACE_IP,
    .operations = &ipv4_operations,
    .init = init,
};
