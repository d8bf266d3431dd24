/* The module socket: what its files share. */
#pragma once

#include "py/obj.h"
#include "py/stream.h"
#include "unikernel/device.h"
#include "unikernel/socket.h"

/* Linux's numbers, as everywhere. */
enum { AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_DGRAM = 2, IPPROTO_TCP = 6, IPPROTO_UDP = 17 };
enum { SOCKET_FOREVER = -1 };

typedef struct socket_object {
    mp_obj_base_t base;
    const struct socket_operations *does;
    struct socket *socket; /* NULL: closed */
    mp_int_t timeout_ms;   /* SOCKET_FOREVER; 0: it never waits */
    uint8_t type, family;  /* SOCK_STREAM; ADDRESS_IPV4 */
    uint32_t number;
} socket_object_t;

extern const mp_obj_type_t socket_type, socket_timeout_type, socket_gaierror_type;
extern const mp_stream_p_t socket_stream;

/* object.c */
socket_object_t *socket_of(mp_obj_t self); /* raises OSError for a closed one */
mp_obj_t socket_raise(int error);          /* OSError of a -errno */
/* A new one that is closed as long as nobody gives it a socket. */
socket_object_t *socket_object(const mp_obj_type_t *type, uint8_t kind, uint8_t family);

/* connect.c */
MP_DECLARE_CONST_FUN_OBJ_2(socket_bind_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_listen_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_accept_obj);
MP_DECLARE_CONST_FUN_OBJ_2(socket_connect_obj);
MP_DECLARE_CONST_FUN_OBJ_2(socket_connect_ex_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(socket_create_connection_obj);

/* transfer.c */
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_send_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_sendall_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_sendto_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recv_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recvfrom_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recv_into_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_recvfrom_into_obj);

/* wait.c: what waits, as long as the socket's timeout lets it. */
struct socket_deadline {
    mp_int_t timeout_ms;
    mp_uint_t began_ms;
};
struct socket_deadline socket_deadline(const socket_object_t *self);
void socket_wait(const struct socket_deadline *deadline); /* raises OSError: EAGAIN, or the timeout */
size_t socket_receive(socket_object_t *self, void *bytes, size_t length, struct address *from, mp_int_t flags);
size_t socket_send(socket_object_t *self, const void *bytes, size_t length, const struct address *to);

/* address.c */
void socket_address_read(mp_obj_t host_and_port, uint8_t family, struct address *address);
mp_obj_t socket_address_tuple(const struct address *address);
uint8_t socket_family(mp_int_t number); /* raises OSError for one that the image lacks */
uint16_t socket_port(mp_obj_t number);

/* names.c */
/* The addresses of a host: a number, or a name that somebody knows; how many, at least one. Raises gaierror. */
unsigned socket_resolve(const char *host, uint8_t family, struct address *found, unsigned most);
void socket_raise_name(int number, const char *host, const char *words) __attribute__((__noreturn__));

MP_DECLARE_CONST_FUN_OBJ_KW(socket_getaddrinfo_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_gethostbyname_obj);

/* text.c: addresses of either version; false: it is none. */
bool socket_text_read_four(const char *text, uint8_t bytes[ADDRESS_IPV4_BYTES]);
/* As C reads it: one to four numbers, also octal or hexadecimal, of which the last fills what is left. */
bool socket_text_read_loose(const char *text, uint8_t bytes[ADDRESS_IPV4_BYTES]);
bool socket_text_read_six(const char *text, uint8_t bytes[ADDRESS_IPV6_BYTES]);
void socket_text_four(const uint8_t bytes[ADDRESS_IPV4_BYTES], vstr_t *text);
void socket_text_six(const uint8_t bytes[ADDRESS_IPV6_BYTES], vstr_t *text);

/* packed.c */
MP_DECLARE_CONST_FUN_OBJ_1(socket_inet_aton_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_inet_ntoa_obj);
MP_DECLARE_CONST_FUN_OBJ_2(socket_inet_pton_obj);
MP_DECLARE_CONST_FUN_OBJ_2(socket_inet_ntop_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_turn_short_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_turn_long_obj);

/* options.c */
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_setsockopt_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(socket_getsockopt_obj);
MP_DECLARE_CONST_FUN_OBJ_2(socket_settimeout_obj);
MP_DECLARE_CONST_FUN_OBJ_2(socket_setblocking_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_gettimeout_obj);
MP_DECLARE_CONST_FUN_OBJ_1(socket_getblocking_obj);
