/* The module socket: its names, with Linux's numbers. It is in an image that has TcpSockets or UdpSockets. */
#include "py/objexcept.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "socket.h"

MP_DEFINE_CONST_OBJ_TYPE(socket_timeout_type, MP_QSTR_timeout, MP_TYPE_FLAG_NONE, make_new, mp_obj_exception_make_new,
                         print, mp_obj_exception_print, attr, mp_obj_exception_attr, parent, &mp_type_OSError);
MP_DEFINE_CONST_OBJ_TYPE(socket_gaierror_type, MP_QSTR_gaierror, MP_TYPE_FLAG_NONE, make_new, mp_obj_exception_make_new,
                         print, mp_obj_exception_print, attr, mp_obj_exception_attr, parent, &mp_type_OSError);

static const mp_rom_map_elem_t names_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_socket)},
    {MP_ROM_QSTR(MP_QSTR_socket), MP_ROM_PTR(&socket_type)},
    {MP_ROM_QSTR(MP_QSTR_error), MP_ROM_PTR(&mp_type_OSError)},
    {MP_ROM_QSTR(MP_QSTR_gaierror), MP_ROM_PTR(&socket_gaierror_type)},
    {MP_ROM_QSTR(MP_QSTR_timeout), MP_ROM_PTR(&socket_timeout_type)},
    {MP_ROM_QSTR(MP_QSTR_create_connection), MP_ROM_PTR(&socket_create_connection_obj)},
    {MP_ROM_QSTR(MP_QSTR_getaddrinfo), MP_ROM_PTR(&socket_getaddrinfo_obj)},
    {MP_ROM_QSTR(MP_QSTR_gethostbyname), MP_ROM_PTR(&socket_gethostbyname_obj)},
    {MP_ROM_QSTR(MP_QSTR_htonl), MP_ROM_PTR(&socket_turn_long_obj)},
    {MP_ROM_QSTR(MP_QSTR_htons), MP_ROM_PTR(&socket_turn_short_obj)},
    {MP_ROM_QSTR(MP_QSTR_inet_aton), MP_ROM_PTR(&socket_inet_aton_obj)},
    {MP_ROM_QSTR(MP_QSTR_inet_ntoa), MP_ROM_PTR(&socket_inet_ntoa_obj)},
    {MP_ROM_QSTR(MP_QSTR_inet_ntop), MP_ROM_PTR(&socket_inet_ntop_obj)},
    {MP_ROM_QSTR(MP_QSTR_inet_pton), MP_ROM_PTR(&socket_inet_pton_obj)},
    {MP_ROM_QSTR(MP_QSTR_ntohl), MP_ROM_PTR(&socket_turn_long_obj)},
    {MP_ROM_QSTR(MP_QSTR_ntohs), MP_ROM_PTR(&socket_turn_short_obj)},
    {MP_ROM_QSTR(MP_QSTR_AF_INET), MP_ROM_INT(AF_INET)},
    {MP_ROM_QSTR(MP_QSTR_AF_INET6), MP_ROM_INT(AF_INET6)},
    {MP_ROM_QSTR(MP_QSTR_AI_NUMERICHOST), MP_ROM_INT(4)},
    {MP_ROM_QSTR(MP_QSTR_AI_PASSIVE), MP_ROM_INT(1)},
    {MP_ROM_QSTR(MP_QSTR_EAI_AGAIN), MP_ROM_INT(-3)},
    {MP_ROM_QSTR(MP_QSTR_EAI_NONAME), MP_ROM_INT(-2)},
    {MP_ROM_QSTR(MP_QSTR_INADDR_ANY), MP_ROM_INT(0)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_IP), MP_ROM_INT(0)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_IPV6), MP_ROM_INT(41)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_TCP), MP_ROM_INT(IPPROTO_TCP)},
    {MP_ROM_QSTR(MP_QSTR_IPPROTO_UDP), MP_ROM_INT(IPPROTO_UDP)},
    {MP_ROM_QSTR(MP_QSTR_IPV6_JOIN_GROUP), MP_ROM_INT(20)},
    {MP_ROM_QSTR(MP_QSTR_IPV6_LEAVE_GROUP), MP_ROM_INT(21)},
    {MP_ROM_QSTR(MP_QSTR_IP_ADD_MEMBERSHIP), MP_ROM_INT(35)},
    {MP_ROM_QSTR(MP_QSTR_IP_DROP_MEMBERSHIP), MP_ROM_INT(36)},
    {MP_ROM_QSTR(MP_QSTR_IP_MULTICAST_LOOP), MP_ROM_INT(34)},
    {MP_ROM_QSTR(MP_QSTR_IP_MULTICAST_TTL), MP_ROM_INT(33)},
    {MP_ROM_QSTR(MP_QSTR_IP_TTL), MP_ROM_INT(2)},
    {MP_ROM_QSTR(MP_QSTR_MSG_DONTWAIT), MP_ROM_INT(64)},
    {MP_ROM_QSTR(MP_QSTR_MSG_PEEK), MP_ROM_INT(2)},
    {MP_ROM_QSTR(MP_QSTR_SHUT_RD), MP_ROM_INT(0)},
    {MP_ROM_QSTR(MP_QSTR_SHUT_RDWR), MP_ROM_INT(2)},
    {MP_ROM_QSTR(MP_QSTR_SHUT_WR), MP_ROM_INT(1)},
    {MP_ROM_QSTR(MP_QSTR_SOCK_DGRAM), MP_ROM_INT(SOCK_DGRAM)},
    {MP_ROM_QSTR(MP_QSTR_SOCK_STREAM), MP_ROM_INT(SOCK_STREAM)},
    {MP_ROM_QSTR(MP_QSTR_SOL_SOCKET), MP_ROM_INT(1)},
    {MP_ROM_QSTR(MP_QSTR_SOMAXCONN), MP_ROM_INT(128)},
    {MP_ROM_QSTR(MP_QSTR_SO_BROADCAST), MP_ROM_INT(6)},
    {MP_ROM_QSTR(MP_QSTR_SO_ERROR), MP_ROM_INT(4)},
    {MP_ROM_QSTR(MP_QSTR_SO_KEEPALIVE), MP_ROM_INT(9)},
    {MP_ROM_QSTR(MP_QSTR_SO_LINGER), MP_ROM_INT(13)},
    {MP_ROM_QSTR(MP_QSTR_SO_RCVBUF), MP_ROM_INT(8)},
    {MP_ROM_QSTR(MP_QSTR_SO_REUSEADDR), MP_ROM_INT(2)},
    {MP_ROM_QSTR(MP_QSTR_SO_SNDBUF), MP_ROM_INT(7)},
    {MP_ROM_QSTR(MP_QSTR_TCP_KEEPCNT), MP_ROM_INT(6)},
    {MP_ROM_QSTR(MP_QSTR_TCP_KEEPIDLE), MP_ROM_INT(4)},
    {MP_ROM_QSTR(MP_QSTR_TCP_KEEPINTVL), MP_ROM_INT(5)},
    {MP_ROM_QSTR(MP_QSTR_TCP_NODELAY), MP_ROM_INT(1)},
};
static MP_DEFINE_CONST_DICT(names, names_table);

const mp_obj_module_t socket_module = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&names};
MP_REGISTER_EXTENSIBLE_MODULE(MP_QSTR_socket, socket_module);
