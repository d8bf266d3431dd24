/*
 * tls.SSLSession: what a client's session leaves for the next one, as CPython's: wrap_socket(…,
 * session=before.session). It is for the context that made it, and goes on only where the context's rules are those of
 * then, the host is the same, and no two hours have gone by, as certificates are not looked at again; else the session
 * begins anew.
 */
#include <string.h>

#include "crypto/tls.h"
#include "py/runtime.h"
#include "unikernel/clock.h"

#include "tls.h"

#define LIFE_NS UINT64_C(7200000000000)

typedef struct {
    mp_obj_base_t base;
    const tls_context_object_t *context;
    unsigned rules;
    mp_obj_t host;
    uint64_t until_ns;
    size_t length;
    uint8_t bytes[];
} saved_object_t;

MP_DEFINE_CONST_OBJ_TYPE(tls_saved_type, MP_QSTR_SSLSession, MP_TYPE_FLAG_NONE);

mp_obj_t tls_saved(const tls_socket_object_t *self) {
    const size_t length = self->session == NULL ? 0 : tls_session_save(self->session, NULL, 0);
    if (length == 0) {
        return mp_const_none;
    }
    saved_object_t *saved = mp_obj_malloc_var(saved_object_t, bytes, uint8_t, length, &tls_saved_type);
    saved->context = self->context;
    saved->rules = self->rules;
    saved->host = self->host;
    saved->until_ns = clock_monotonic_ns() + LIFE_NS;
    saved->length = tls_session_save(self->session, saved->bytes, length);
    return MP_OBJ_FROM_PTR(saved);
}

void tls_saved_check(const tls_context_object_t *context, mp_obj_t saved_in) {
    if (!mp_obj_is_type(saved_in, &tls_saved_type)) {
        mp_raise_TypeError(MP_ERROR_TEXT("session is what SSLSocket.session gave"));
    }
    if (((const saved_object_t *)MP_OBJ_TO_PTR(saved_in))->context != context) {
        mp_raise_ValueError(MP_ERROR_TEXT("the session is of another context"));
    }
}

int tls_saved_resume(const tls_socket_object_t *self, mp_obj_t saved_in) {
    const saved_object_t *saved = MP_OBJ_TO_PTR(saved_in);
    const bool fits =
        saved->rules == self->rules && mp_obj_equal(saved->host, self->host) && clock_monotonic_ns() < saved->until_ns;
    return fits ? tls_session_resume(self->session, saved->bytes, saved->length) : 0;
}
