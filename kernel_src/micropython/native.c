/*
 * Machine code of the app. Upstream's loader copies it to memory that it makes executable; no memory of this machine
 * ever is. So the build puts the code into the image's text too, and the loader's copy is only looked up there: code
 * that the build has not seen does not run. See unikernel/build/native.py.
 */
#include <string.h>

#include "py/emit.h"
#include "py/runtime.h"

/* Made by the build, in an image that has machine code. */
struct native_code {
    const unsigned char *start;
    size_t length;
};
extern const struct native_code native_codes[] __attribute__((weak));
extern const size_t native_code_count __attribute__((weak));

void *native_code_in_text(void *code, size_t length, void *relocations) {
    if (relocations == NULL && native_codes != NULL) {
        for (size_t i = 0; i < native_code_count; i++) {
            if (native_codes[i].length == length && memcmp(native_codes[i].start, code, length) == 0) {
                m_del(unsigned char, code, length);
                return (void *)native_codes[i].start;
            }
        }
    }
    mp_raise_ValueError(MP_ERROR_TEXT("this machine code was not there when the image was built"));
}

/* The compiler's way to an emitter, which the machine does not have. */

const emit_method_table_t emit_native_x64_method_table = {0};

emit_t *emit_native_x64_new(mp_emit_common_t *common, mp_obj_t *error, uint *label, mp_uint_t labels) {
    (void)common, (void)error, (void)label, (void)labels;
    mp_raise_msg(&mp_type_SyntaxError, MP_ERROR_TEXT("machine code is made when the image is built"));
}

void emit_native_x64_free(emit_t *emit) {
    (void)emit;
}
