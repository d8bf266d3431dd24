/*
 * tls.SSLContext(protocol): certificates, keys, roots and rules, with the names and ways of CPython's. A file can be
 * given by its path, as bytes, or as PEM in a text.
 */
#include <string.h>

#include "crypto/tls.h"
#include "py/builtin.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/objlist.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "tls.h"

enum { PROTOCOL_TLS_CLIENT = 16, PROTOCOL_TLS_SERVER = 17, CERT_NONE = 0, CERT_REQUIRED = 2 };
_Static_assert(CERT_NONE == TLS_VERIFY_NONE && CERT_REQUIRED == TLS_VERIFY_REQUIRED, "they are the same");

/* It is gone only where the app has called __del__ itself. */
static tls_context_object_t *context_of(mp_obj_t self_in) {
    tls_context_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->context == NULL) {
        mp_raise_OSError(MP_EBADF);
    }
    return self;
}

static void rules_changed(tls_context_object_t *self) {
    self->rules++;
    tls_context_verify(self->context, (enum tls_verify)self->verify, self->check_hostname);
    tls_context_versions(self->context, (enum tls_version)self->least, (enum tls_version)self->most);
}

static mp_obj_t make_new(const mp_obj_type_t *type, size_t count, size_t keywords, const mp_obj_t *arguments) {
    mp_arg_check_num(count, keywords, 1, 1, false);
    const mp_int_t protocol = mp_obj_get_int(arguments[0]);
    if (protocol != PROTOCOL_TLS_CLIENT && protocol != PROTOCOL_TLS_SERVER) {
        mp_raise_ValueError(MP_ERROR_TEXT("the protocol is PROTOCOL_TLS_CLIENT or PROTOCOL_TLS_SERVER"));
    }
    if (!tls_device_up()) {
        mp_raise_OSError(MP_ENODEV);
    }
    tls_context_object_t *self = mp_obj_malloc_with_finaliser(tls_context_object_t, type);
    const bool server = protocol == PROTOCOL_TLS_SERVER;
    self->server = server;
    self->check_hostname = !server;
    self->verify = server ? CERT_NONE : CERT_REQUIRED;
    self->least = TLS_1_2;
    self->most = TLS_1_3;
    self->rules = 0;
    self->context = tls_context_new(server);
    if (self->context == NULL) {
        gc_collect(); /* one that nobody holds any more gives its memory back */
        self->context = tls_context_new(server);
    }
    if (self->context == NULL) {
        raise_os_error(MP_ENOMEM,
                       "the memory for certificates and keys is full: give the device MbedTls a larger store");
    }
    return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t delete (mp_obj_t self_in) {
    tls_context_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->context != NULL) {
        tls_context_drop(self->context);
        self->context = NULL;
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(delete_obj, delete);

/* What is given as a file: its bytes, which `keep` holds alive. */
static mp_buffer_info_t content(mp_obj_t given, mp_obj_t *keep) {
    tls_check_stack();
    *keep = given;
    if (mp_obj_is_str(given) && strstr(mp_obj_str_get_str(given), "-----BEGIN ") == NULL) {
        const mp_obj_t arguments[] = {given, MP_OBJ_NEW_QSTR(MP_QSTR_rb)};
        mp_obj_t file = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_open_obj), 2, 0, arguments);
        mp_obj_t method[2];
        mp_load_method(file, MP_QSTR_read, method);
        *keep = mp_call_method_n_kw(0, 0, method);
        mp_stream_close(file);
    }
    mp_buffer_info_t bytes;
    mp_get_buffer_raise(*keep, &bytes, MP_BUFFER_READ);
    return bytes;
}

static void check(int status) {
    if (status != 0) {
        tls_raise(status);
    }
}

static mp_obj_t load_cert_chain(size_t count, const mp_obj_t *positional, mp_map_t *keywords) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_certfile, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_keyfile, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count - 1, positional + 1, keywords, MP_ARRAY_SIZE(allowed), allowed, arguments);
    tls_context_object_t *self = context_of(positional[0]);
    self->rules++;
    mp_obj_t keep[2];
    const mp_buffer_info_t chain = content(arguments[0].u_obj, &keep[0]);
    const bool together = arguments[1].u_obj == mp_const_none;
    const mp_buffer_info_t key = together ? chain : content(arguments[1].u_obj, &keep[1]);
    check(tls_context_load_chain(self->context, chain.buf, chain.len, key.buf, key.len));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(load_cert_chain_obj, 2, load_cert_chain);

static mp_obj_t load_verify_locations(size_t count, const mp_obj_t *positional, mp_map_t *keywords) {
    static const mp_arg_t allowed[] = {
        {MP_QSTR_cafile, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_cadata, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count - 1, positional + 1, keywords, MP_ARRAY_SIZE(allowed), allowed, arguments);
    tls_context_object_t *self = context_of(positional[0]);
    self->rules++;
    for (size_t i = 0; i < MP_ARRAY_SIZE(allowed); i++) {
        if (arguments[i].u_obj != mp_const_none) {
            mp_obj_t keep;
            const mp_buffer_info_t roots = content(arguments[i].u_obj, &keep);
            check(tls_context_load_roots(self->context, roots.buf, roots.len));
        }
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(load_verify_locations_obj, 1, load_verify_locations);

static mp_obj_t load_default_certs(mp_obj_t self_in) {
    tls_context_object_t *self = context_of(self_in);
    self->rules++;
    const struct rom_file roots = tls_device_roots();
    if (roots.bytes != NULL) {
        check(tls_context_load_roots(self->context, roots.bytes, roots.length));
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(load_default_certs_obj, load_default_certs);

static mp_obj_t set_alpn_protocols(mp_obj_t self_in, mp_obj_t names_in) {
    tls_context_object_t *self = context_of(self_in);
    self->rules++;
    size_t count;
    mp_obj_t *items;
    mp_obj_get_array(names_in, &count, &items);
    const char **names = m_new(const char *, count);
    for (size_t i = 0; i < count; i++) {
        names[i] = mp_obj_str_get_str(items[i]);
    }
    check(tls_context_alpn(self->context, names, count));
    m_del(const char *, names, count);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(set_alpn_protocols_obj, set_alpn_protocols);

static void check_roots(mp_obj_t self_in) {
    const tls_context_object_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->verify != CERT_NONE && tls_context_roots(self->context) == 0) {
        load_default_certs(self_in);
        if (tls_context_roots(self->context) == 0) {
            tls_raise_words(&mp_type_SSLError,
                            "there are no roots to check a certificate by: name them in the stack, as "
                            "MbedTls(roots=\"roots.pem\"), or call load_verify_locations");
        }
    }
}

static mp_obj_t wrap_socket(size_t count, const mp_obj_t *positional, mp_map_t *keywords) {
    enum { SOCK, SERVER_SIDE, HANDSHAKE, RAGGED, HOST, SAVED };
    static const mp_arg_t allowed[] = {
        {MP_QSTR_sock, MP_ARG_REQUIRED | MP_ARG_OBJ, {}},
        {MP_QSTR_server_side, MP_ARG_BOOL, {.u_bool = false}},
        {MP_QSTR_do_handshake_on_connect, MP_ARG_BOOL, {.u_bool = true}},
        {MP_QSTR_suppress_ragged_eofs, MP_ARG_BOOL, {.u_bool = true}},
        {MP_QSTR_server_hostname, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
        {MP_QSTR_session, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
    };
    mp_arg_val_t arguments[MP_ARRAY_SIZE(allowed)];
    mp_arg_parse_all(count - 1, positional + 1, keywords, MP_ARRAY_SIZE(allowed), allowed, arguments);
    tls_context_object_t *self = context_of(positional[0]);
    const struct tls_wrap how = {
        .server = arguments[SERVER_SIDE].u_bool,
        .handshake = arguments[HANDSHAKE].u_bool,
        .ragged = arguments[RAGGED].u_bool,
        .host = arguments[HOST].u_obj,
        .saved = arguments[SAVED].u_obj,
    };
    if (how.server != self->server) {
        mp_raise_ValueError(MP_ERROR_TEXT("server_side and the context's protocol say different things"));
    }
    if (self->check_hostname && how.host == mp_const_none) {
        mp_raise_ValueError(MP_ERROR_TEXT("check_hostname requires server_hostname"));
    }
    if (how.saved != mp_const_none) {
        tls_saved_check(self, how.saved);
    }
    check_roots(positional[0]);
    return tls_socket(self, arguments[SOCK].u_obj, &how);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wrap_socket_obj, 2, wrap_socket);

static int version_of(mp_obj_t value, int lowest, int highest) {
    enum { MINIMUM_SUPPORTED = -2, MAXIMUM_SUPPORTED = -1 };
    const mp_int_t version = mp_obj_get_int(value);
    if (version == MINIMUM_SUPPORTED || version == MAXIMUM_SUPPORTED) {
        return version == MINIMUM_SUPPORTED ? TLS_1_2 : TLS_1_3;
    }
    if (version < lowest || version > highest) {
        mp_raise_ValueError(MP_ERROR_TEXT("the versions are TLSVersion.TLSv1_2 and TLSv1_3, the least first"));
    }
    return (int)version;
}

static void set(tls_context_object_t *self, qstr name, mp_obj_t value) {
    if (name == MP_QSTR_verify_mode) {
        const mp_int_t mode = mp_obj_get_int(value);
        if (mode < CERT_NONE || mode > CERT_REQUIRED) {
            mp_raise_ValueError(MP_ERROR_TEXT("verify_mode is CERT_NONE, CERT_OPTIONAL or CERT_REQUIRED"));
        }
        if (mode == CERT_NONE && self->check_hostname) {
            mp_raise_ValueError(MP_ERROR_TEXT("set check_hostname to False before verify_mode to CERT_NONE"));
        }
        self->verify = (int)mode;
    } else if (name == MP_QSTR_check_hostname) {
        self->check_hostname = mp_obj_is_true(value);
        if (self->check_hostname && self->verify == CERT_NONE) {
            self->verify = CERT_REQUIRED;
        }
    } else if (name == MP_QSTR_minimum_version) {
        self->least = version_of(value, TLS_1_2, self->most);
    } else {
        self->most = version_of(value, self->least, TLS_1_3);
    }
    rules_changed(self);
}

static void attr(mp_obj_t self_in, qstr name, mp_obj_t *destination) {
    tls_context_object_t *self = MP_OBJ_TO_PTR(self_in);
    const mp_obj_t value = name == MP_QSTR_verify_mode       ? MP_OBJ_NEW_SMALL_INT(self->verify)
                           : name == MP_QSTR_check_hostname  ? mp_obj_new_bool(self->check_hostname)
                           : name == MP_QSTR_minimum_version ? MP_OBJ_NEW_SMALL_INT(self->least)
                           : name == MP_QSTR_maximum_version ? MP_OBJ_NEW_SMALL_INT(self->most)
                                                             : MP_OBJ_NULL;
    if (destination[0] == MP_OBJ_NULL) {
        destination[0] = value;
        destination[1] = value == MP_OBJ_NULL ? MP_OBJ_SENTINEL : destination[1]; /* perhaps a method */
    } else if (value != MP_OBJ_NULL && destination[1] != MP_OBJ_NULL) {
        set(context_of(self_in), name, destination[1]);
        destination[0] = MP_OBJ_NULL; /* done */
    }
}

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_load_cert_chain), MP_ROM_PTR(&load_cert_chain_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_verify_locations), MP_ROM_PTR(&load_verify_locations_obj)},
    {MP_ROM_QSTR(MP_QSTR_load_default_certs), MP_ROM_PTR(&load_default_certs_obj)},
    {MP_ROM_QSTR(MP_QSTR_set_alpn_protocols), MP_ROM_PTR(&set_alpn_protocols_obj)},
    {MP_ROM_QSTR(MP_QSTR_wrap_socket), MP_ROM_PTR(&wrap_socket_obj)},
    {MP_ROM_QSTR(MP_QSTR___del__), MP_ROM_PTR(&delete_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);

MP_DEFINE_CONST_OBJ_TYPE(tls_context_type, MP_QSTR_SSLContext, MP_TYPE_FLAG_NONE, make_new, make_new, attr, attr,
                         locals_dict, &methods);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_tls)},
    {MP_ROM_QSTR(MP_QSTR_SSLContext), MP_ROM_PTR(&tls_context_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLSocket), MP_ROM_PTR(&tls_socket_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLSession), MP_ROM_PTR(&tls_saved_type)},
    {MP_ROM_QSTR(MP_QSTR_SSLError), MP_ROM_PTR(&mp_type_SSLError)},
    {MP_ROM_QSTR(MP_QSTR_SSLCertVerificationError), MP_ROM_PTR(&mp_type_SSLCertVerificationError)},
    {MP_ROM_QSTR(MP_QSTR_SSLEOFError), MP_ROM_PTR(&mp_type_SSLEOFError)},
    {MP_ROM_QSTR(MP_QSTR_SSLWantReadError), MP_ROM_PTR(&mp_type_SSLWantReadError)},
    {MP_ROM_QSTR(MP_QSTR_SSLWantWriteError), MP_ROM_PTR(&mp_type_SSLWantWriteError)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_CLIENT), MP_ROM_INT(PROTOCOL_TLS_CLIENT)},
    {MP_ROM_QSTR(MP_QSTR_PROTOCOL_TLS_SERVER), MP_ROM_INT(PROTOCOL_TLS_SERVER)},
    {MP_ROM_QSTR(MP_QSTR_CERT_NONE), MP_ROM_INT(CERT_NONE)},
    {MP_ROM_QSTR(MP_QSTR_CERT_OPTIONAL), MP_ROM_INT(TLS_VERIFY_OPTIONAL)},
    {MP_ROM_QSTR(MP_QSTR_CERT_REQUIRED), MP_ROM_INT(CERT_REQUIRED)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t mp_module_tls = {.base = {&mp_type_module}, .globals = (mp_obj_dict_t *)&globals};
MP_REGISTER_MODULE(MP_QSTR_tls, mp_module_tls);
