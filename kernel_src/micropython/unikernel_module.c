/*
 * The module unikernel: what the app can know of its machine, and how it ends it.
 *
 *   devices()     a list of (name, class_name, status): status 0 is up, 1 not tried, below zero the errno of a failure
 *   device(name)  the device itself, where an app can use it: see block_object.c, ip_object.c, kv.c, log_object.c,
 *                 raw_io.c, watch_object.c
 *   channel(name) a channel beside the console: see channel_object.c
 *   memory()      total, heap and stack in bytes, and how much of the heap is free now
 *   trace()       the boot so far: a list of (name, kind, ns), ns since the machine's start or None where the clock's
 *                 rate is not known
 *   parameters()  a dict of the app's own parameters by name, and of what the devices leave open by NAME.PARAMETER
 *   reseed()      seeds the generator behind os.urandom and random again, now
 *   manifest()    a dict of what the image says of itself, as `unikernel describe` shows it: docs/abi.md
 *   mark(name)    adds a record of the app's own to the trace
 *   exit(status)  ends the machine at once, without unwinding
 *   restart()     the same, and asks its owner to start it again
 */
#include <string.h>

#include "py/gc.h"
#include "py/mperrno.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "core/records.h"
#include "unikernel/background.h"
#include "unikernel/clock.h"
#include "unikernel/entropy.h"
#include "unikernel/kv.h"
#include "unikernel/machine.h"
#include "unikernel/memory.h"
#include "unikernel/parameter.h"
#include "unikernel/trace.h"

#include "port.h"

enum { STATUS_MASK = 255, NS_PER_SECOND = 1000000000 };

static mp_obj_t text(const char *chars) {
    return mp_obj_new_str(chars, strlen(chars));
}

static mp_obj_t unikernel_devices(void) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (struct device *const *each = devices; *each != NULL; each++) {
        const struct device *device = *each;
        mp_obj_t row[] = {text(device->name), text(device->driver->class_name), MP_OBJ_NEW_SMALL_INT(device->status)};
        static const qstr fields[] = {MP_QSTR_name, MP_QSTR_class_name, MP_QSTR_status};
        mp_obj_list_append(list, mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(row), row));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_devices_obj, unikernel_devices);

static mp_obj_t unikernel_device(mp_obj_t name) {
    struct device *device = device_named(mp_obj_str_get_str(name));
    if (device == NULL) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("there is no device %q: see unikernel.devices()"),
                          mp_obj_str_get_qstr(name));
    }
    if (device->driver->object != NULL) {
        if (device->status != DEVICE_UP) {
            mp_raise_OSError(MP_ENODEV);
        }
        return MP_OBJ_FROM_PTR(device->driver->object(device));
    }
    if (device->driver->provides == INTERFACE_BLOCK && block_object != NULL) {
        return MP_OBJ_FROM_PTR(block_object(device));
    }
    if (device->driver->provides == INTERFACE_LOG && log_object != NULL) {
        return MP_OBJ_FROM_PTR(log_object(device));
    }
    if (device->driver->provides == INTERFACE_IP && ip_object != NULL) {
        return MP_OBJ_FROM_PTR(ip_object(device));
    }
    if (device->driver->provides == INTERFACE_WATCH && watch_object != NULL) {
        return MP_OBJ_FROM_PTR(watch_object(device));
    }
    if (device->driver->provides == INTERFACE_KV) {
        return MP_OBJ_FROM_PTR(((const struct kv_operations *)device->driver->operations)->object(device));
    }
    mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("the device %s has nothing for an app to call"), device->name);
}
static MP_DEFINE_CONST_FUN_OBJ_1(unikernel_device_obj, unikernel_device);

static mp_obj_t unikernel_channel(mp_obj_t name) {
    void *channel = channel_object == NULL ? NULL : channel_object(mp_obj_str_get_str(name));
    if (channel == NULL) {
        mp_raise_OSError(MP_ENODEV);
    }
    return MP_OBJ_FROM_PTR(channel);
}
static MP_DEFINE_CONST_FUN_OBJ_1(unikernel_channel_obj, unikernel_channel);

static mp_obj_t unikernel_memory(void) {
    static const qstr fields[] = {MP_QSTR_total, MP_QSTR_heap, MP_QSTR_heap_free, MP_QSTR_stack};
    gc_info_t heap;
    gc_info(&heap);
    mp_obj_t row[] = {
        mp_obj_new_int_from_uint(memory_total_bytes()),
        mp_obj_new_int_from_uint(memory_heap().bytes),
        mp_obj_new_int_from_uint(heap.free + heap.max_new_split),
        mp_obj_new_int_from_uint(memory_stack().bytes),
    };
    return mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(row), row);
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_memory_obj, unikernel_memory);

static mp_obj_t kind_of(const struct abi_trace_record *record) {
    switch (record->kind) {
    case ABI_TRACE_PHASE:
        return MP_OBJ_NEW_QSTR(MP_QSTR_phase);
    case ABI_TRACE_DEVICE_UP:
        return MP_OBJ_NEW_QSTR(MP_QSTR_device);
    case ABI_TRACE_DEVICE_FAILED:
        return MP_OBJ_NEW_QSTR(MP_QSTR_failed);
    default:
        return MP_OBJ_NEW_QSTR(MP_QSTR_mark);
    }
}

static mp_obj_t ns_of(uint64_t ticks, uint64_t per_second) {
    if (per_second == 0) {
        return mp_const_none;
    }
    /* in two parts, since the product of the whole would not fit into 64 bits */
    return mp_obj_new_int_from_ull(ticks / per_second * NS_PER_SECOND +
                                   ticks % per_second * NS_PER_SECOND / per_second);
}

static mp_obj_t unikernel_trace(void) {
    static const qstr fields[] = {MP_QSTR_name, MP_QSTR_kind, MP_QSTR_ns};
    const struct abi_trace *trace = &records.trace;
    clock_monotonic_ns(); /* the clock learns its rate at its first use */
    mp_obj_t list = mp_obj_new_list(0, NULL);
    for (uint32_t i = 0; i < trace->count && i < ABI_TRACE_CAPACITY; i++) {
        const struct abi_trace_record *record = &trace->records[i];
        mp_obj_t row[] = {
            mp_obj_new_str(record->name, strnlen(record->name, ABI_TRACE_NAME_BYTES)),
            kind_of(record),
            ns_of(record->ticks, trace->ticks_per_second),
        };
        mp_obj_list_append(list, mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(row), row));
    }
    return list;
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_trace_obj, unikernel_trace);

static mp_obj_t value_of(const struct parameter *parameter) {
    switch (parameter->kind) {
    case PARAMETER_BOOL:
        return mp_obj_new_bool(*(const bool *)parameter->place);
    case PARAMETER_INT:
        return mp_obj_new_int_from_ll(*(const int64_t *)parameter->place);
    default:
        return text(*(const char *const *)parameter->place);
    }
}

static mp_obj_t unikernel_parameters(void) {
    static const char app[] = ABI_KEY_APP ".";
    enum { APP_LENGTH = sizeof app - 1 };
    mp_obj_t found = mp_obj_new_dict(0);
    for (const struct parameter *each = parameters; each->key != NULL; each++) {
        const bool own = strncmp(each->key, app, APP_LENGTH) == 0;
        mp_obj_dict_store(found, text(own ? each->key + APP_LENGTH : each->key), value_of(each));
    }
    return found;
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_parameters_obj, unikernel_parameters);

static mp_obj_t unikernel_reseed(void) {
    const int status = entropy_reseed();
    if (status < 0) {
        mp_raise_OSError(-status);
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_reseed_obj, unikernel_reseed);

/* The note as the linker put it into the image: three numbers, the owner's name, padded, and the text. */
static mp_obj_t unikernel_manifest(void) {
    extern const uint32_t manifest_note[];
    enum { OWNER_BYTES, TEXT_BYTES, TYPE, HEAD };
    const size_t owner_words = (manifest_note[OWNER_BYTES] + sizeof(uint32_t) - 1) / sizeof(uint32_t);
    const uint32_t *json_text = &manifest_note[HEAD + owner_words];
    mp_obj_t json = mp_import_name(MP_QSTR_json, mp_const_none, MP_OBJ_NEW_SMALL_INT(0));
    return mp_call_function_1(mp_load_attr(json, MP_QSTR_loads),
                              mp_obj_new_memoryview('B', manifest_note[TEXT_BYTES], (void *)json_text));
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_manifest_obj, unikernel_manifest);

static mp_obj_t unikernel_mark(mp_obj_t name) {
    trace_mark(mp_obj_str_get_str(name));
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(unikernel_mark_obj, unikernel_mark);

static mp_obj_t unikernel_exit(size_t count, const mp_obj_t *arguments) {
    background_finish();
    machine_exit(ABI_EXIT_STATUS, count == 0 ? 0 : mp_obj_get_int(arguments[0]) & STATUS_MASK);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(unikernel_exit_obj, 0, 1, unikernel_exit);

static mp_obj_t unikernel_restart(void) {
    background_finish();
    machine_exit(ABI_EXIT_RESTART, 0);
}
static MP_DEFINE_CONST_FUN_OBJ_0(unikernel_restart_obj, unikernel_restart);

static const mp_rom_map_elem_t globals_table[] = {
    {MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_unikernel)},
    {MP_ROM_QSTR(MP_QSTR_devices), MP_ROM_PTR(&unikernel_devices_obj)},
    {MP_ROM_QSTR(MP_QSTR_device), MP_ROM_PTR(&unikernel_device_obj)},
    {MP_ROM_QSTR(MP_QSTR_channel), MP_ROM_PTR(&unikernel_channel_obj)},
    {MP_ROM_QSTR(MP_QSTR_memory), MP_ROM_PTR(&unikernel_memory_obj)},
    {MP_ROM_QSTR(MP_QSTR_trace), MP_ROM_PTR(&unikernel_trace_obj)},
    {MP_ROM_QSTR(MP_QSTR_parameters), MP_ROM_PTR(&unikernel_parameters_obj)},
    {MP_ROM_QSTR(MP_QSTR_reseed), MP_ROM_PTR(&unikernel_reseed_obj)},
    {MP_ROM_QSTR(MP_QSTR_manifest), MP_ROM_PTR(&unikernel_manifest_obj)},
    {MP_ROM_QSTR(MP_QSTR_mark), MP_ROM_PTR(&unikernel_mark_obj)},
    {MP_ROM_QSTR(MP_QSTR_exit), MP_ROM_PTR(&unikernel_exit_obj)},
    {MP_ROM_QSTR(MP_QSTR_restart), MP_ROM_PTR(&unikernel_restart_obj)},
};
static MP_DEFINE_CONST_DICT(globals, globals_table);

const mp_obj_module_t unikernel_module = {
    .base = {&mp_type_module},
    .globals = (mp_obj_dict_t *)&globals,
};

MP_REGISTER_MODULE(MP_QSTR_unikernel, unikernel_module);
