/*
 * The device MockClock. Time stands, but for two: a sleep of the app ends at once, with the clock at its end, and
 *
 *   unikernel.device("mockclock").advance(seconds)
 *
 * Drivers wait as ever, and their patience has no end, as it is by this clock.
 */
#include "mock_clock.h"

#include "py/runtime.h"
#include "unikernel/clock.h"

enum { NS_PER_SECOND = 1000000000, MOST_S = 1000000000 };

static uint64_t passed_ns;

static uint64_t monotonic_ns(struct device *self) {
    return passed_ns;
}

static int64_t wall_ns(struct device *self) {
    return ((const struct mock_clock_parameters *)self->parameters)->start_s * NS_PER_SECOND + (int64_t)passed_ns;
}

static void pass(struct device *self, uint64_t until_ns) {
    if (until_ns > passed_ns) {
        passed_ns = until_ns;
    }
}

static mp_obj_t advance(mp_obj_t self, mp_obj_t seconds) {
    const mp_float_t length_s = mp_obj_get_float(seconds);
    if (!(length_s >= 0 && length_s <= MOST_S)) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("a clock is advanced by 0 to %d seconds"), MOST_S);
    }
    passed_ns += (uint64_t)(length_s * NS_PER_SECOND + (mp_float_t)0.5);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(advance_obj, advance);

static const mp_rom_map_elem_t methods_table[] = {{MP_ROM_QSTR(MP_QSTR_advance), MP_ROM_PTR(&advance_obj)}};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(mock_clock_type, MP_QSTR_MockClock, MP_TYPE_FLAG_NONE, locals_dict, &methods);

static void *object(struct device *self) {
    static const mp_obj_base_t clock = {&mock_clock_type};
    return (void *)&clock;
}

static int init(struct device *self) {
    return 0;
}

static const struct clock_operations operations = {.monotonic_ns = monotonic_ns, .wall_ns = wall_ns, .pass = pass};

const struct driver mock_clock_driver = {
    .class_name = "MockClock",
    .provides = INTERFACE_CLOCK,
    .operations = &operations,
    .init = init,
    .object = object,
};
