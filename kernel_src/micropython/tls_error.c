/* The exceptions of ssl, as CPython has them, and from a status of TLS to one of them. */
#include <string.h>

#include "crypto/tls.h"
#include "py/mperrno.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "tls.h"

/* The words alone, where they are shown. */
static void print(const mp_print_t *out, mp_obj_t self_in, mp_print_kind_t kind) {
    const mp_obj_exception_t *self = MP_OBJ_TO_PTR(self_in);
    if (self->args == NULL || self->args->len != 2 || (kind != PRINT_STR && (kind & PRINT_EXC_SUBCLASS) == 0)) {
        mp_obj_exception_print(out, self_in, kind);
        return;
    }
    if (kind & PRINT_EXC_SUBCLASS) {
        mp_printf(out, "%q: ", self->base.type->name);
    }
    mp_obj_print_helper(out, self->args->items[1], PRINT_STR);
}

#define EXCEPTION(exception, name, base)                                                                               \
    MP_DEFINE_CONST_OBJ_TYPE(exception, name, MP_TYPE_FLAG_NONE, make_new, mp_obj_exception_make_new, print, print,    \
                             attr, mp_obj_exception_attr, parent, base)

EXCEPTION(mp_type_SSLError, MP_QSTR_SSLError, &mp_type_OSError);
EXCEPTION(mp_type_SSLEOFError, MP_QSTR_SSLEOFError, &mp_type_SSLError);
EXCEPTION(mp_type_SSLWantReadError, MP_QSTR_SSLWantReadError, &mp_type_SSLError);
EXCEPTION(mp_type_SSLWantWriteError, MP_QSTR_SSLWantWriteError, &mp_type_SSLError);

static const mp_rom_obj_tuple_t both = {
    {&mp_type_tuple}, 2, {MP_ROM_PTR(&mp_type_SSLError), MP_ROM_PTR(&mp_type_ValueError)}};
EXCEPTION(mp_type_SSLCertVerificationError, MP_QSTR_SSLCertVerificationError, &both);

/* The numbers of OpenSSL, which CPython gives as errno. */
static int number_of(const mp_obj_type_t *type) {
    enum { FAILED = 1, WANT_READ = 2, WANT_WRITE = 3, ENDED = 8 };
    return type == &mp_type_SSLWantReadError    ? WANT_READ
           : type == &mp_type_SSLWantWriteError ? WANT_WRITE
           : type == &mp_type_SSLEOFError       ? ENDED
                                                : FAILED;
}

void tls_raise_words(const mp_obj_type_t *type, const char *words) {
    const mp_obj_t arguments[] = {
        MP_OBJ_NEW_SMALL_INT(number_of(type)),
        mp_obj_new_str(words, strlen(words)),
    };
    nlr_raise(mp_obj_exception_make_new(type, MP_ARRAY_SIZE(arguments), 0, arguments));
}

void tls_raise(int status) {
    switch (status) {
    case TLS_WANT_READ:
        tls_raise_words(&mp_type_SSLWantReadError, "the stream has nothing now: try again when it has");
    case TLS_WANT_WRITE:
        tls_raise_words(&mp_type_SSLWantWriteError, "the stream takes nothing now: try again when it does");
    case TLS_CLOSED:
    case TLS_CUT:
        tls_raise_words(&mp_type_SSLEOFError, "the peer went away, and had not said that nothing follows");
    case TLS_MEMORY:
        raise_os_error(MP_ENOMEM, "%s", tls_words());
    case TLS_UNVERIFIED:
        tls_raise_words(&mp_type_SSLCertVerificationError, tls_words());
    default:
        tls_raise_words(&mp_type_SSLError, tls_words());
    }
}
