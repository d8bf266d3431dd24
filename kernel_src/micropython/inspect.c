/* What modules/inspect.py cannot see from Python: what a closure or a bound method calls. MicroPython 1.25. */
#include "py/obj.h"
#include "py/runtime.h"

/* py/objclosure.c and py/objboundmeth.c, which keep them to themselves. */
extern const mp_obj_type_t mp_type_closure;
struct around {
    mp_obj_base_t base;
    mp_obj_t function;
};

/* True for a function that yields, as bytecode or as machine code, however it is wrapped. */
static mp_obj_t makes_generator(mp_obj_t function) {
    while (mp_obj_is_type(function, &mp_type_closure) || mp_obj_is_type(function, &mp_type_bound_meth)) {
        function = ((const struct around *)MP_OBJ_TO_PTR(function))->function;
    }
    return mp_obj_new_bool(mp_obj_is_type(function, &mp_type_gen_wrap) ||
                           mp_obj_is_type(function, &mp_type_native_gen_wrap));
}
static MP_DEFINE_CONST_FUN_OBJ_1(makes_generator_obj, makes_generator);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__inspect)},
    {MP_ROM_QSTR(MP_QSTR_makes_generator), MP_ROM_PTR(&makes_generator_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t inspect_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR__inspect, inspect_module);
