/* An OSError with its number and, in words, what happened: "[Errno 19] ENODEV: data: its disk …". */
#include <stdarg.h>

#include "py/runtime.h"

#include "port.h"

void raise_os_error(int number, const char *format, ...) {
    vstr_t words;
    vstr_init(&words, 64);
    va_list values;
    va_start(values, format);
    vstr_vprintf(&words, format, values);
    va_end(values);
    const mp_obj_t arguments[] = {MP_OBJ_NEW_SMALL_INT(number), mp_obj_new_str_from_vstr(&words)};
    nlr_raise(mp_obj_exception_make_new(&mp_type_OSError, MP_ARRAY_SIZE(arguments), 0, arguments));
}
