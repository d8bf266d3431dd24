/* Part of extmod/modos.c: os.urandom, and os.sync in the place of upstream's, which flushes one kind of file system. */
#include "unikernel/entropy.h"

mp_obj_t mp_os_sync(void); /* mounts.c */
/* Upstream's definition, which follows, gets another name; its mention in the module's table, without a bracket, not.
 */
#define mp_os_sync(...) __attribute__((unused)) upstream_sync(__VA_ARGS__)

static mp_obj_t mp_os_urandom(mp_obj_t count) {
    mp_int_t length = mp_obj_get_int(count);
    if (length < 0) {
        mp_raise_ValueError(MP_ERROR_TEXT("a count of bytes cannot be negative"));
    }
    vstr_t bytes;
    vstr_init_len(&bytes, length);
    if (entropy_fill(bytes.buf, length) < 0) {
        mp_raise_msg(&mp_type_OSError,
                     MP_ERROR_TEXT("no source of entropy: add an Entropy device such as Rdrand, on a CPU that has it"));
    }
    return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
