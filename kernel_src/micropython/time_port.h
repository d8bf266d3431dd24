/*
 * Part of extmod/modtime.c: the wall clock. Upstream's own gmtime takes whole seconds only, so that gmtime(time())
 * would fail here, where time() has a fraction, as in CPython.
 */
#include <math.h>

#include "py/mphal.h"
#include "shared/timeutils/timeutils.h"

enum { NS_PER_SECOND = 1000000000, FIELDS_OF_MKTIME = 6, FIELDS_MIN = 8, FIELDS_MAX = 9 };

static mp_obj_t mp_time_time_get(void) {
    return mp_obj_new_float((mp_float_t)mp_hal_time_ns() / NS_PER_SECOND);
}

static mp_obj_t time_port_gmtime(size_t count, const mp_obj_t *arguments) {
    mp_int_t seconds;
    if (count == 0 || arguments[0] == mp_const_none) {
        seconds = mp_hal_time_ns() / NS_PER_SECOND;
    } else if (mp_obj_is_float(arguments[0])) {
        seconds = (mp_int_t)floor(mp_obj_get_float(arguments[0]));
    } else {
        seconds = mp_obj_get_int(arguments[0]);
    }
    timeutils_struct_time_t at;
    timeutils_seconds_since_epoch_to_struct_time(seconds, &at);
    mp_obj_t tuple[] = {
        mp_obj_new_int(at.tm_year), mp_obj_new_int(at.tm_mon), mp_obj_new_int(at.tm_mday), mp_obj_new_int(at.tm_hour),
        mp_obj_new_int(at.tm_min),  mp_obj_new_int(at.tm_sec), mp_obj_new_int(at.tm_wday), mp_obj_new_int(at.tm_yday),
    };
    return mp_obj_new_tuple(MP_ARRAY_SIZE(tuple), tuple);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(time_port_gmtime_obj, 0, 1, time_port_gmtime);

static mp_obj_t time_port_mktime(mp_obj_t tuple) {
    size_t length;
    mp_obj_t *items;
    mp_obj_get_array(tuple, &length, &items);
    if (length < FIELDS_MIN || length > FIELDS_MAX) {
        mp_raise_TypeError(MP_ERROR_TEXT("mktime needs a tuple of length 8 or 9"));
    }
    mp_int_t field[FIELDS_OF_MKTIME];
    for (size_t i = 0; i < FIELDS_OF_MKTIME; i++) {
        field[i] = mp_obj_get_int(items[i]);
    }
    return mp_obj_new_int_from_uint(timeutils_mktime(field[0], field[1], field[2], field[3], field[4], field[5]));
}
static MP_DEFINE_CONST_FUN_OBJ_1(time_port_mktime_obj, time_port_mktime);

#define MICROPY_PY_TIME_EXTRA_GLOBALS                                                                                  \
    {MP_ROM_QSTR(MP_QSTR_gmtime), MP_ROM_PTR(&time_port_gmtime_obj)},                                                  \
        {MP_ROM_QSTR(MP_QSTR_localtime), MP_ROM_PTR(&time_port_gmtime_obj)},                                           \
        {MP_ROM_QSTR(MP_QSTR_mktime), MP_ROM_PTR(&time_port_mktime_obj)},
