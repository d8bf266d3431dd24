/* Addresses and errors, as lwIP has them and as everybody else does. */
#include "address.h"

#include <errno.h>
#include <string.h>

bool address_known(uint8_t family) {
    return family == ADDRESS_IPV4 || (LWIP_IPV6 && family == ADDRESS_IPV6);
}

bool address_to_ip(const struct address *address, ip_addr_t *ip) {
    ip_addr_set_zero(ip);
    if (address->family == ADDRESS_IPV4) {
        memcpy(ip_2_ip4(ip), address->bytes, ADDRESS_IPV4_BYTES);
        IP_SET_TYPE(ip, IPADDR_TYPE_V4);
        return true;
    }
#if LWIP_IPV6
    if (address->family == ADDRESS_IPV6) {
        memcpy(ip_2_ip6(ip)->addr, address->bytes, ADDRESS_IPV6_BYTES);
        ip6_addr_set_zone(ip_2_ip6(ip), address->zone);
        IP_SET_TYPE(ip, IPADDR_TYPE_V6);
        return true;
    }
#endif
    return false;
}

void address_of_ip(const ip_addr_t *ip, uint16_t port, struct address *address) {
    *address = (struct address){.family = ADDRESS_IPV4, .port = port};
#if LWIP_IPV6
    if (!IP_IS_V4(ip)) {
        address->family = ADDRESS_IPV6;
        address->zone = ip6_addr_zone(ip_2_ip6(ip));
        memcpy(address->bytes, ip_2_ip6(ip)->addr, ADDRESS_IPV6_BYTES);
        return;
    }
#endif
    memcpy(address->bytes, ip_2_ip4(ip), ADDRESS_IPV4_BYTES);
}

bool address_read(const char *text, uint8_t family, struct address *address) {
    const uint16_t port = address->port;
    ip_addr_t ip;
    if (ipaddr_aton(text, &ip) != 1) {
        return false;
    }
    address_of_ip(&ip, port, address);
    return family == 0 || family == address->family;
}

void address_write_ip(const ip_addr_t *ip, char *text) {
#if LWIP_IPV6
    if (!IP_IS_V4(ip)) {
        address_write_six((const uint8_t *)ip_2_ip6(ip)->addr, text);
        return;
    }
#endif
    ip4addr_ntoa_r(ip_2_ip4(ip), text, ADDRESS_TEXT_BYTES);
}

size_t address_write(const struct address *address, char *text) {
    ip_addr_t ip;
    text[0] = 0;
    if (address_to_ip(address, &ip)) {
        address_write_ip(&ip, text);
    }
    return strlen(text);
}

int net_errno(err_t error) {
    switch (error) {
    case ERR_OK:
        return 0;
    case ERR_MEM:
    case ERR_BUF:
        return -ENOBUFS;
    case ERR_TIMEOUT:
        return -ETIMEDOUT;
    case ERR_RTE:
    case ERR_IF:
        return -ENETUNREACH;
    case ERR_INPROGRESS:
        return -EINPROGRESS;
    case ERR_WOULDBLOCK:
        return -EAGAIN;
    case ERR_USE:
        return -EADDRINUSE;
    case ERR_ALREADY:
        return -EALREADY;
    case ERR_ISCONN:
        return -EISCONN;
    case ERR_CONN:
    case ERR_CLSD:
        return -ENOTCONN;
    case ERR_ABRT:
        return -ECONNABORTED;
    case ERR_RST:
        return -ECONNRESET;
    default:
        return -EINVAL;
    }
}
