/* Addresses, as the module socket takes and gives them. */
#include <string.h>

#include "py/mperrno.h"
#include "py/objstr.h"
#include "py/runtime.h"

#include "socket.h"

enum { MOST_PORT = 65535 };

uint8_t socket_family(mp_int_t number) {
    const uint8_t family = number == AF_INET ? ADDRESS_IPV4 : number == AF_INET6 ? ADDRESS_IPV6 : 0;
    if (!address_known(family)) {
        mp_raise_OSError(MP_EAFNOSUPPORT);
    }
    return family;
}

uint16_t socket_port(mp_obj_t port) {
    const mp_int_t number = mp_obj_get_int(port);
    if (number < 0 || number > MOST_PORT) {
        mp_raise_msg(&mp_type_OverflowError, MP_ERROR_TEXT("a port is within 0 and 65535"));
    }
    return number;
}

static void any(uint8_t family, struct address *address) {
    address->family = family;
    memset(address->bytes, 0, sizeof address->bytes);
}

void socket_address_read(mp_obj_t host_and_port, uint8_t family, struct address *address) {
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(host_and_port, &count, &items);
    if (count < 2 || count > 4) {
        mp_raise_TypeError(MP_ERROR_TEXT("an address is a tuple (host, port)"));
    }
    const char *host = mp_obj_str_get_str(items[0]);
    *address = (struct address){.port = socket_port(items[1])};
    if (count == 4) {
        address->zone = mp_obj_get_int(items[3]);
    }
    if (host[0] == 0) {
        any(family, address);
    } else if (strcmp(host, "<broadcast>") == 0) {
        address_read("255.255.255.255", family, address);
    } else {
        const struct address given = *address;
        (void)socket_resolve(host, family, address, 1);
        address->port = given.port;
        address->zone = given.zone != 0 ? given.zone : address->zone;
    }
}

mp_obj_t socket_address_tuple(const struct address *address) {
    char text[ADDRESS_TEXT_BYTES];
    const size_t length = address_write(address, text);
    mp_obj_t items[] = {mp_obj_new_str(text, length), MP_OBJ_NEW_SMALL_INT(address->port), MP_OBJ_NEW_SMALL_INT(0),
                        MP_OBJ_NEW_SMALL_INT(address->zone)};
    return mp_obj_new_tuple(address->family == ADDRESS_IPV6 ? 4 : 2, items);
}
