/* Addresses and names, as the module socket takes and gives them. */
#include <string.h>

#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "unikernel/dns.h"

#include "socket.h"

enum { AI_PASSIVE = 1, AI_NUMERICHOST = 4 };
enum { EAI_NONAME = -2, EAI_AGAIN = -3, EAI_SERVICE = -8 }; /* glibc's */
enum { MOST_PORT = 65535, DECIMAL = 10 };

uint8_t socket_family(mp_int_t number) {
    const uint8_t family = number == AF_INET ? ADDRESS_IPV4 : number == AF_INET6 ? ADDRESS_IPV6 : 0;
    if (!address_known(family)) {
        mp_raise_OSError(MP_EAFNOSUPPORT);
    }
    return family;
}

void socket_raise_name(int number, const char *host, const char *words) {
    vstr_t text;
    vstr_init(&text, 64);
    vstr_printf(&text, "%s: %s", host, words);
    const mp_obj_t arguments[] = {MP_OBJ_NEW_SMALL_INT(number), mp_obj_new_str_from_vstr(&text)};
    nlr_raise(mp_obj_exception_make_new(&socket_gaierror_type, MP_ARRAY_SIZE(arguments), 0, arguments));
}

void socket_resolve(const char *host, uint8_t family, struct address *address) {
    if (address_read(host, family, address)) {
        return;
    }
    struct device *dns = device_providing(INTERFACE_DNS);
    if (dns == NULL) {
        socket_raise_name(EAI_NONAME, host,
                          "this stack knows no names: write an address, or add the device DnsResolver");
    }
    for (;;) {
        const int error = ((const struct dns_operations *)dns->driver->operations)->find(dns, host, family, address);
        switch (error) {
        case 0:
            return;
        case -MP_EINPROGRESS:
            mp_event_wait_indefinite();
            break;
        case -MP_ENOENT:
            socket_raise_name(EAI_NONAME, host, "no host has this name");
        default:
            socket_raise_name(EAI_AGAIN, host, "nobody has answered who has this name");
        }
    }
}

static uint16_t port_of(mp_obj_t port) {
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
    *address = (struct address){.port = port_of(items[1])};
    if (count == 4) {
        address->zone = mp_obj_get_int(items[3]);
    }
    if (host[0] == 0) {
        any(family, address);
    } else if (strcmp(host, "<broadcast>") == 0) {
        address_read("255.255.255.255", family, address);
    } else {
        const uint8_t zone = address->zone;
        socket_resolve(host, family, address);
        address->zone = zone != 0 ? zone : address->zone;
    }
}

mp_obj_t socket_address_text(const struct address *address) {
    char text[ADDRESS_TEXT_BYTES];
    const size_t length = address_write(address, text);
    return mp_obj_new_str(text, length);
}

mp_obj_t socket_address_tuple(const struct address *address) {
    mp_obj_t items[] = {socket_address_text(address), MP_OBJ_NEW_SMALL_INT(address->port), MP_OBJ_NEW_SMALL_INT(0),
                        MP_OBJ_NEW_SMALL_INT(address->zone)};
    return mp_obj_new_tuple(address->family == ADDRESS_IPV6 ? 4 : 2, items);
}

/* A port by its number, or by the decimal text of it. */
static uint16_t service(mp_obj_t service) {
    if (service == mp_const_none) {
        return 0;
    }
    if (!mp_obj_is_str_or_bytes(service)) {
        return port_of(service);
    }
    const char *text = mp_obj_str_get_str(service);
    mp_uint_t port = 0;
    for (const char *at = text; *at != 0; at++) {
        if (*at < '0' || *at > '9' || port > MOST_PORT) {
            socket_raise_name(EAI_SERVICE, text, "it is no port; write its number");
        }
        port = port * DECIMAL + (*at - '0');
    }
    return port_of(MP_OBJ_NEW_SMALL_INT(port));
}

static mp_obj_t getaddrinfo(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    enum { HOST, PORT, FAMILY, TYPE, PROTO, FLAGS, ARGUMENTS };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_host, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_port, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_obj = MP_OBJ_NULL}},
        {MP_QSTR_family, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_type, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_proto, MP_ARG_INT, {.u_int = 0}},
        {MP_QSTR_flags, MP_ARG_INT, {.u_int = 0}},
    };
    mp_arg_val_t given[ARGUMENTS];
    mp_arg_parse_all(n_args, args, kw_args, ARGUMENTS, allowed, given);
    const mp_int_t flags = given[FLAGS].u_int;
    const uint8_t family = given[FAMILY].u_int == 0 ? 0 : socket_family(given[FAMILY].u_int);
    struct address address = {.port = service(given[PORT].u_obj)};
    const bool nobody = given[HOST].u_obj == mp_const_none;
    const char *host = nobody ? "" : mp_obj_str_get_str(given[HOST].u_obj);
    if (nobody && !(flags & AI_PASSIVE)) {
        address_read(family == ADDRESS_IPV6 ? "::1" : "127.0.0.1", family, &address);
    } else if (host[0] == 0) {
        any(family == 0 ? ADDRESS_IPV4 : family, &address);
    } else if (flags & AI_NUMERICHOST) {
        if (!address_read(host, family, &address)) {
            socket_raise_name(EAI_NONAME, host, "it is no address");
        }
    } else {
        socket_resolve(host, family, &address);
    }
    static const struct {
        uint8_t type, protocol;
    } kinds[] = {{SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, IPPROTO_UDP}};
    mp_obj_t found = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < MP_ARRAY_SIZE(kinds); i++) {
        if ((given[TYPE].u_int == 0 || given[TYPE].u_int == kinds[i].type) &&
            (given[PROTO].u_int == 0 || given[PROTO].u_int == kinds[i].protocol)) {
            mp_obj_t items[] = {MP_OBJ_NEW_SMALL_INT(address.family == ADDRESS_IPV6 ? AF_INET6 : AF_INET),
                                MP_OBJ_NEW_SMALL_INT(kinds[i].type), MP_OBJ_NEW_SMALL_INT(kinds[i].protocol),
                                MP_OBJ_NEW_QSTR(MP_QSTR_), socket_address_tuple(&address)};
            mp_obj_list_append(found, mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
        }
    }
    return found;
}
MP_DEFINE_CONST_FUN_OBJ_KW(socket_getaddrinfo_obj, 2, getaddrinfo);

/* Addresses as bytes. */

static size_t family_bytes(uint8_t family) {
    return family == ADDRESS_IPV6 ? ADDRESS_IPV6_BYTES : ADDRESS_IPV4_BYTES;
}

static mp_obj_t packed(mp_obj_t text, uint8_t family) {
    struct address address = {0};
    if (!address_read(mp_obj_str_get_str(text), family, &address)) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("it is no address"));
    }
    return mp_obj_new_bytes(address.bytes, family_bytes(family));
}

static mp_obj_t unpacked(mp_obj_t bytes, uint8_t family) {
    mp_buffer_info_t buffer;
    mp_get_buffer_raise(bytes, &buffer, MP_BUFFER_READ);
    struct address address = {.family = family};
    if (buffer.len != family_bytes(family)) {
        mp_raise_ValueError(MP_ERROR_TEXT("an address has 4 bytes, or 16"));
    }
    memcpy(address.bytes, buffer.buf, buffer.len);
    return socket_address_text(&address);
}

static mp_obj_t inet_aton(mp_obj_t text) {
    return packed(text, ADDRESS_IPV4);
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_inet_aton_obj, inet_aton);

static mp_obj_t inet_ntoa(mp_obj_t bytes) {
    return unpacked(bytes, ADDRESS_IPV4);
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_inet_ntoa_obj, inet_ntoa);

static mp_obj_t inet_pton(mp_obj_t family, mp_obj_t text) {
    return packed(text, socket_family(mp_obj_get_int(family)));
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_inet_pton_obj, inet_pton);

static mp_obj_t inet_ntop(mp_obj_t family, mp_obj_t bytes) {
    return unpacked(bytes, socket_family(mp_obj_get_int(family)));
}
MP_DEFINE_CONST_FUN_OBJ_2(socket_inet_ntop_obj, inet_ntop);
