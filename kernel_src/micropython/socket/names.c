/* Names, as the module socket looks for them. */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "unikernel/dns.h"

#include "socket.h"

enum { AI_PASSIVE = 1, AI_NUMERICHOST = 4 };
enum { EAI_NONAME = -2, EAI_AGAIN = -3, EAI_SERVICE = -8, EAI_ADDRFAMILY = -9 }; /* glibc's */
enum { MOST_PORT = 65535, DECIMAL = 10, MOST_FOUND = 8 };

void socket_raise_name(int number, const char *host, const char *words) {
    vstr_t text;
    vstr_init(&text, 64);
    vstr_printf(&text, "%s: %s", host, words);
    const mp_obj_t arguments[] = {MP_OBJ_NEW_SMALL_INT(number), mp_obj_new_str_from_vstr(&text)};
    nlr_raise(mp_obj_exception_make_new(&socket_gaierror_type, MP_ARRAY_SIZE(arguments), 0, arguments));
}

unsigned socket_resolve(const char *host, uint8_t family, struct address *found, unsigned most) {
    *found = (struct address){0};
    if (address_read(host, family, found)) {
        return 1;
    }
    if (address_read(host, 0, found) || socket_text_read_six(host, found->bytes)) {
        socket_raise_name(EAI_ADDRFAMILY, host, "it is an address of the other version");
    }
    struct device *dns = device_providing(INTERFACE_DNS);
    if (dns == NULL) {
        socket_raise_name(EAI_NONAME, host,
                          "this stack knows no names: write an address, or add the device DnsResolver");
    }
    for (;;) {
        const int count =
            ((const struct dns_operations *)dns->driver->operations)->find(dns, host, family, found, most);
        if (count > 0) {
            return count;
        }
        switch (count) {
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

/* A port by its number, or by the decimal text of it. */
static uint16_t service(mp_obj_t service) {
    if (service == mp_const_none) {
        return 0;
    }
    if (!mp_obj_is_str_or_bytes(service)) {
        return socket_port(service);
    }
    const char *text = mp_obj_str_get_str(service);
    mp_uint_t port = 0;
    for (const char *at = text; *at != 0; at++) {
        if (*at < '0' || *at > '9' || port > MOST_PORT) {
            socket_raise_name(EAI_SERVICE, text, "it is no port; write its number");
        }
        port = port * DECIMAL + (*at - '0');
    }
    return socket_port(MP_OBJ_NEW_SMALL_INT(port));
}

/* Where nobody is named: who asks himself, or all who want to be heard. Of both versions, where the image speaks both.
 */
static unsigned unnamed(uint8_t family, const char *const texts[2], struct address *found) {
    unsigned count = 0;
    for (unsigned i = 0; i < 2; i++) {
        found[count] = (struct address){0};
        count += address_read(texts[i], family, &found[count]);
    }
    return count;
}

static unsigned hosts(mp_obj_t host, uint8_t family, mp_int_t flags, struct address *found) {
    static const char *const own[] = {"127.0.0.1", "::1"}, *const all[] = {"0.0.0.0", "::"};
    if (host == mp_const_none) {
        return unnamed(family, flags & AI_PASSIVE ? all : own, found);
    }
    const char *text = mp_obj_str_get_str(host);
    if (text[0] == 0) {
        return unnamed(family, all, found);
    }
    if (!(flags & AI_NUMERICHOST)) {
        return socket_resolve(text, family, found, MOST_FOUND);
    }
    found[0] = (struct address){0};
    if (!address_read(text, family, &found[0])) {
        socket_raise_name(EAI_NONAME, text, "it is no address");
    }
    return 1;
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
    const uint8_t family = given[FAMILY].u_int == 0 ? 0 : socket_family(given[FAMILY].u_int);
    const uint16_t port = service(given[PORT].u_obj);
    struct address found[MOST_FOUND];
    const unsigned count = hosts(given[HOST].u_obj, family, given[FLAGS].u_int, found);
    static const struct {
        uint8_t type, protocol;
    } kinds[] = {{SOCK_STREAM, IPPROTO_TCP}, {SOCK_DGRAM, IPPROTO_UDP}};
    mp_obj_t answer = mp_obj_new_list(0, NULL);
    for (size_t i = 0; i < count * MP_ARRAY_SIZE(kinds); i++) {
        const mp_int_t type = kinds[i % MP_ARRAY_SIZE(kinds)].type;
        const mp_int_t protocol = kinds[i % MP_ARRAY_SIZE(kinds)].protocol;
        if ((given[TYPE].u_int != 0 && given[TYPE].u_int != type) ||
            (given[PROTO].u_int != 0 && given[PROTO].u_int != protocol)) {
            continue;
        }
        struct address *address = &found[i / MP_ARRAY_SIZE(kinds)];
        address->port = port;
        mp_obj_t items[] = {MP_OBJ_NEW_SMALL_INT(address->family == ADDRESS_IPV6 ? AF_INET6 : AF_INET),
                            MP_OBJ_NEW_SMALL_INT(type), MP_OBJ_NEW_SMALL_INT(protocol), MP_OBJ_NEW_QSTR(MP_QSTR_),
                            socket_address_tuple(address)};
        mp_obj_list_append(answer, mp_obj_new_tuple(MP_ARRAY_SIZE(items), items));
    }
    return answer;
}
MP_DEFINE_CONST_FUN_OBJ_KW(socket_getaddrinfo_obj, 2, getaddrinfo);

static mp_obj_t gethostbyname(mp_obj_t host) {
    struct address found;
    socket_resolve(mp_obj_str_get_str(host), ADDRESS_IPV4, &found, 1);
    mp_obj_t *host_and_port;
    mp_obj_get_array_fixed_n(socket_address_tuple(&found), 2, &host_and_port);
    return host_and_port[0];
}
MP_DEFINE_CONST_FUN_OBJ_1(socket_gethostbyname_obj, gethostbyname);
