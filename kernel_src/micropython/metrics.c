/*
 * The device Metrics: memory, uptime, and what went through each device, which metrics_count.c counts.
 *
 *   unikernel.device("metrics").read()   a dict: uptime_s, heap, devices by name
 *
 * Lines come where the app sleeps or waits, as nothing interrupts it; they are not counted themselves.
 */
#include "metrics.h"

#include <string.h>

#include "py/gc.h"
#include "py/runtime.h"
#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/memory.h"
#include "unikernel/metrics.h"
#include "unikernel/wait.h"

#include "metrics_count.h"
#include "port.h"

enum {
    DIGITS = 20,
    DECIMAL = 10,
    US_DIGITS = 6,
    US_PER_SECOND = 1000000,
    NS_PER_US = 1000,
    NS_PER_SECOND = 1000000000
};

/* The heap. What is used grows from one collection to the next, so it is highest before one, or now. */

static uint64_t heap_high, collections;

static size_t heap_used(void) {
    gc_info_t heap;
    gc_info(&heap);
    heap_high = heap.used > heap_high ? heap.used : heap_high;
    return heap.used;
}

void metrics_collection(void) {
    heap_used();
    collections++;
}

/* The line. */

static void put_text(const mp_print_t *to, const char *text) {
    to->print_strn(to->data, text, strlen(text));
}

static void put_number(const mp_print_t *to, uint64_t number, int least_digits) {
    char digits[DIGITS];
    int at = DIGITS;
    for (int i = 0; i < least_digits || number > 0; i++, number /= DECIMAL) {
        digits[--at] = '0' + number % DECIMAL;
    }
    to->print_strn(to->data, digits + at, DIGITS - at);
}

static void put_field(const mp_print_t *to, const char *before, const char *name, uint64_t value) {
    put_text(to, before);
    put_text(to, "\"");
    put_text(to, name);
    put_text(to, "\": ");
    put_number(to, value, 1);
}

static void put_device(const mp_print_t *to, const uint64_t *counters) {
    const char *before = "";
    for (int i = 0; i < COUNTERS; i++) {
        if (counters[i] > 0) {
            put_field(to, before, counter_names[i], counters[i]);
            before = ", ";
        }
    }
}

static void put(struct device *self, void (*piece)(void *, const char *, size_t), void *data) {
    const mp_print_t to = {data, piece};
    const uint64_t us = clock_monotonic_ns() / NS_PER_US, total = memory_heap().bytes, used = heap_used();
    put_text(&to, "{\"uptime_s\": ");
    put_number(&to, us / US_PER_SECOND, 1);
    put_text(&to, ".");
    put_number(&to, us % US_PER_SECOND, US_DIGITS);
    put_field(&to, ", \"heap\": {", "bytes", total);
    put_field(&to, ", ", "used", used);
    put_field(&to, ", ", "free", total - used);
    put_field(&to, ", ", "high", heap_high);
    put_field(&to, ", ", "collections", collections);
    put_text(&to, "}, \"devices\": {");
    const char *before = "\"";
    for (struct device *const *each = devices; *each != NULL; each++) {
        const uint64_t *counters = counters_of(*each);
        if (counters != NULL) {
            put_text(&to, before);
            put_text(&to, (*each)->name);
            put_text(&to, "\": {");
            put_device(&to, counters);
            put_text(&to, "}");
            before = ", \"";
        }
    }
    put_text(&to, "}}");
}

static const struct metrics_operations operations = {.put = put};

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
        put(metrics, write_piece, NULL);
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
    put(metrics, to.print_strn, to.data);
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
