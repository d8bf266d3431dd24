/*
 * sys.stdin, sys.stdout and sys.stderr on the console, and their raw faces `buffer`. Text goes out with "\r\n" for
 * "\n", and any of "\r\n",
 * "\r", "\n" comes in as "\n"; buffer passes every byte as it is.
 *
 * Reading waits, by halting the machine. But a stream that an asyncio task has polled gives what has come and no more,
 * so that one slow sender does not stop the other tasks.
 */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objstr.h"
#include "py/runtime.h"
#include "py/stream.h"

#include "port.h"

enum stdio_kind { STDIO_IN, STDIO_OUT, STDIO_ERROR }; /* what fileno() says, too */

typedef struct stdio {
    mp_obj_base_t base;
    enum stdio_kind kind;
} stdio_t;

extern const stdio_t mp_sys_stdin_obj, mp_sys_stdout_obj, mp_sys_stderr_obj;
extern mp_obj_t mp_asyncio_context; /* extmod/modasyncio.c: the module asyncio.core's globals, once imported */

static bool polled;         /* somebody waits for input by poll */
static bool skip_line_feed; /* the last character of text was "\r": a "\n" that follows belongs to it */

bool task_runs(void) {
    return mp_asyncio_context != MP_OBJ_NULL &&
           mp_obj_dict_get(mp_asyncio_context, MP_OBJ_NEW_QSTR(MP_QSTR_cur_task)) != mp_const_none;
}

/* Reads at least one byte, waiting for it if that is allowed; 0 if not. */
static size_t read_some(char *bytes, size_t size) {
    size_t length;
    while ((length = hal_read(bytes, size)) == 0) {
        if (polled && task_runs()) {
            return 0;
        }
        mp_event_wait_indefinite();
    }
    return length;
}

static mp_uint_t would_block(int *error) {
    *error = MP_EAGAIN;
    return MP_STREAM_ERROR;
}

static mp_uint_t buffer_read(mp_obj_t self, void *bytes, mp_uint_t size, int *error) {
    if (((stdio_t *)MP_OBJ_TO_PTR(self))->kind != STDIO_IN) {
        *error = MP_EPERM;
        return MP_STREAM_ERROR;
    }
    skip_line_feed = false;
    size_t length = size > 0 ? read_some(bytes, size) : 0;
    return length == 0 && size > 0 ? would_block(error) : length;
}

static mp_uint_t text_read(mp_obj_t self, void *bytes, mp_uint_t size, int *error) {
    char *text = bytes;
    size_t kept = 0;
    while (kept == 0 && size > 0) {
        bool skip = skip_line_feed;
        mp_uint_t length = buffer_read(self, bytes, size, error);
        if (length == MP_STREAM_ERROR) {
            return length;
        }
        for (size_t i = 0; i < length; i++) {
            char c = text[i];
            if (c != '\n' || !skip) {
                text[kept++] = c == '\r' ? '\n' : c;
            }
            skip = c == '\r';
        }
        skip_line_feed = skip;
    }
    return kept;
}

static mp_uint_t buffer_write(mp_obj_t self, const void *bytes, mp_uint_t size, int *error) {
    if (((stdio_t *)MP_OBJ_TO_PTR(self))->kind == STDIO_IN) {
        *error = MP_EPERM;
        return MP_STREAM_ERROR;
    }
    return mp_hal_stdout_tx_strn(bytes, size);
}

static mp_uint_t text_write(mp_obj_t self, const void *bytes, mp_uint_t size, int *error) {
    if (((stdio_t *)MP_OBJ_TO_PTR(self))->kind == STDIO_IN) {
        *error = MP_EPERM;
        return MP_STREAM_ERROR;
    }
    mp_hal_stdout_tx_strn_cooked(bytes, size);
    return size;
}

static mp_uint_t stdio_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *error) {
    if (request == MP_STREAM_POLL) {
        bool in = ((stdio_t *)MP_OBJ_TO_PTR(self))->kind == STDIO_IN;
        polled |= in && (argument & MP_STREAM_POLL_RD);
        return mp_hal_stdio_poll(argument & (in ? MP_STREAM_POLL_RD : MP_STREAM_POLL_WR));
    }
    if (request == MP_STREAM_CLOSE || request == MP_STREAM_FLUSH) {
        return 0;
    }
    *error = MP_EINVAL;
    return MP_STREAM_ERROR;
}

/* sys.stdin.buffer is the raw face of the same stream. */

extern const mp_obj_type_t stdio_text_type, stdio_buffer_type;
static const stdio_t buffers[] = {
    [STDIO_IN] = {{&stdio_buffer_type}, STDIO_IN},
    [STDIO_OUT] = {{&stdio_buffer_type}, STDIO_OUT},
    [STDIO_ERROR] = {{&stdio_buffer_type}, STDIO_ERROR},
};

static void stdio_attr(mp_obj_t self, qstr name, mp_obj_t *result) {
    if (result[0] != MP_OBJ_NULL) {
        return; /* nothing can be set */
    }
    if (name == MP_QSTR_buffer) {
        result[0] = MP_OBJ_FROM_PTR(&buffers[((stdio_t *)MP_OBJ_TO_PTR(self))->kind]);
    } else {
        result[1] = MP_OBJ_SENTINEL; /* look among the methods */
    }
}

static mp_obj_t stdio_fileno(mp_obj_t self) {
    return MP_OBJ_NEW_SMALL_INT(((stdio_t *)MP_OBJ_TO_PTR(self))->kind);
}
static MP_DEFINE_CONST_FUN_OBJ_1(stdio_fileno_obj, stdio_fileno);

static void stdio_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    mp_printf(print, "<io.%q %d>", mp_obj_get_type(self)->name, ((stdio_t *)MP_OBJ_TO_PTR(self))->kind);
}

static const mp_rom_map_elem_t stdio_methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&mp_stream_read_obj)},
    {MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&mp_stream_readinto_obj)},
    {MP_ROM_QSTR(MP_QSTR_readline), MP_ROM_PTR(&mp_stream_unbuffered_readline_obj)},
    {MP_ROM_QSTR(MP_QSTR_readlines), MP_ROM_PTR(&mp_stream_unbuffered_readlines_obj)},
    {MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&mp_stream_write_obj)},
    {MP_ROM_QSTR(MP_QSTR_flush), MP_ROM_PTR(&mp_stream_flush_obj)},
    {MP_ROM_QSTR(MP_QSTR_fileno), MP_ROM_PTR(&stdio_fileno_obj)},
    {MP_ROM_QSTR(MP_QSTR_close), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&mp_identity_obj)},
    {MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&mp_stream___exit___obj)},
};
static MP_DEFINE_CONST_DICT(stdio_methods, stdio_methods_table);

static const mp_stream_p_t text_stream = {
    .read = text_read, .write = text_write, .ioctl = stdio_ioctl, .is_text = true};
static const mp_stream_p_t buffer_stream = {.read = buffer_read, .write = buffer_write, .ioctl = stdio_ioctl};

MP_DEFINE_CONST_OBJ_TYPE(stdio_text_type, MP_QSTR_TextIOWrapper, MP_TYPE_FLAG_ITER_IS_STREAM, print, stdio_print, attr,
                         stdio_attr, protocol, &text_stream, locals_dict, &stdio_methods);
MP_DEFINE_CONST_OBJ_TYPE(stdio_buffer_type, MP_QSTR_FileIO, MP_TYPE_FLAG_ITER_IS_STREAM, print, stdio_print, protocol,
                         &buffer_stream, locals_dict, &stdio_methods);

const stdio_t mp_sys_stdin_obj = {{&stdio_text_type}, STDIO_IN};
const stdio_t mp_sys_stdout_obj = {{&stdio_text_type}, STDIO_OUT};
const stdio_t mp_sys_stderr_obj = {{&stdio_text_type}, STDIO_ERROR};
