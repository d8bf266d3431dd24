/*
 * The device Metrics: what metrics_line.c says of memory, uptime and devices, to the app and on a console.
 *
 *   unikernel.device("metrics").read()   a dict: uptime_s, heap, devices by name, their queues by name and number
 *
 * Lines come where the app sleeps or waits, as nothing interrupts it; they are not counted themselves.
 */
#include "metrics.h"

#include "py/runtime.h"
#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/metrics.h"
#include "unikernel/wait.h"

#include "metrics_count.h"
#include "metrics_line.h"
#include "port.h"

enum { NS_PER_SECOND = 1000000000 };

static const struct metrics_operations operations = {.put = metrics_put};

/* The lines. */

static struct device *metrics, *lines_to;
static uint64_t due_ns;

/* At the first wait: every device is up by then. */
static void start_lines(uint64_t every_ns) {
    const char *channel = ((const struct metrics_parameters *)metrics->parameters)->channel;
    lines_to = *channel != 0 ? console_channel(channel) : device_providing(INTERFACE_CONSOLE);
    due_ns = every_ns == 0 || lines_to == NULL ? WAIT_FOREVER : clock_monotonic_ns() + every_ns;
}

static void write_piece(void *to, const char *text, size_t length) {
    ((const struct console_operations *)operations_uncounted(lines_to))->write(lines_to, text, length);
}

uint64_t metrics_due(void) {
    const uint64_t every_ns = ((const struct metrics_parameters *)metrics->parameters)->every_s * NS_PER_SECOND;
    if (due_ns == 0) {
        start_lines(every_ns);
    }
    const uint64_t now_ns = clock_monotonic_ns();
    if (now_ns >= due_ns) {
        metrics_put(metrics, write_piece, NULL);
        write_piece(NULL, "\r\n", 2);
        due_ns += (now_ns - due_ns) / every_ns * every_ns + every_ns; /* one line after a long work, not many */
    }
    return due_ns;
}

/* For the app. */

static mp_obj_t metrics_read(mp_obj_t self) {
    vstr_t line;
    mp_print_t to;
    vstr_init_print(&line, 256, &to);
    metrics_put(metrics, to.print_strn, to.data);
    mp_obj_t json = mp_import_name(MP_QSTR_json, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_1(mp_load_attr(json, MP_QSTR_loads), mp_obj_new_str_from_utf8_vstr(&line));
}
static MP_DEFINE_CONST_FUN_OBJ_1(metrics_read_obj, metrics_read);

static const mp_rom_map_elem_t methods_table[] = {{MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&metrics_read_obj)}};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(metrics_type, MP_QSTR_device, MP_TYPE_FLAG_NONE, locals_dict, &methods);

static void *object(struct device *self) {
    static const mp_obj_base_t reader = {&metrics_type};
    return (void *)&reader;
}

static int init(struct device *self) {
    metrics = self;
    count_all();
    return 0;
}

const struct driver metrics_driver = {
    .class_name = "Metrics",
    .provides = INTERFACE_METRICS,
    .operations = &operations,
    .init = init,
    .object = object,
};
