/*
 * A client of the network time protocol in the hands of the app: unikernel.device("ntpclient").
 *
 *   synchronized   whether wall time has been set
 *   server         the address that was asked last, or ""
 *   offset, delay  seconds that the server was ahead when it answered last, and that the answer took
 *   stratum        how far the server is from a reference clock; 0: it has not answered
 *   answers, refused
 *   wait(timeout)  returns when wall time has been set; OSError(ETIMEDOUT) after so many seconds
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/runtime.h"
#include "unikernel/ntp.h"

#include "net/ntp_client.h"
#include "port.h"

enum { NS_PER_SECOND = 1000000000 };

typedef struct ntp_client_object {
    mp_obj_base_t base;
    struct device *device;
} ntp_client_object_t;

static const struct ntp_status *status_of(mp_obj_t self) {
    return ntp_status(((ntp_client_object_t *)MP_OBJ_TO_PTR(self))->device);
}

static mp_obj_t seconds(int64_t ns) {
    return mp_obj_new_float((mp_float_t)ns / NS_PER_SECOND);
}

static mp_obj_t wait(size_t count, const mp_obj_t *arguments) {
    const uint64_t deadline_ns = wait_deadline(count > 1 ? arguments[1] : mp_const_none);
    while (!status_of(arguments[0])->synchronized) {
        wait_once(deadline_ns);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wait_obj, 1, 2, wait);

static void attribute(mp_obj_t object, qstr name, mp_obj_t *found) {
    const struct ntp_status *status = status_of(object);
    if (found[0] != MP_OBJ_NULL) {
        return; /* nothing can be set */
    }
    switch (name) {
    case MP_QSTR_synchronized:
        found[0] = mp_obj_new_bool(status->synchronized);
        break;
    case MP_QSTR_server:
        found[0] = mp_obj_new_str(status->server, strlen(status->server));
        break;
    case MP_QSTR_offset:
        found[0] = seconds(status->offset_ns);
        break;
    case MP_QSTR_delay:
        found[0] = seconds(status->delay_ns);
        break;
    case MP_QSTR_stratum:
        found[0] = MP_OBJ_NEW_SMALL_INT(status->stratum);
        break;
    case MP_QSTR_answers:
        found[0] = mp_obj_new_int_from_uint(status->answers);
        break;
    case MP_QSTR_refused:
        found[0] = mp_obj_new_int_from_uint(status->refused);
        break;
    default:
        found[1] = MP_OBJ_SENTINEL; /* it may be a method */
    }
}

static const mp_rom_map_elem_t methods_table[] = {{MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&wait_obj)}};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(ntp_type, MP_QSTR_NtpClient, MP_TYPE_FLAG_NONE, attr, attribute, locals_dict, &methods);

void *ntp_object(struct device *device) {
    ntp_client_object_t *self = mp_obj_malloc(ntp_client_object_t, &ntp_type);
    self->device = device;
    return self;
}
