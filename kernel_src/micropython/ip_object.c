/*
 * An Ip device in the hands of the app: unikernel.device("staticip") and its like.
 *
 *   addresses, gateways    tuples of texts: "10.0.2.15/24"; those alone that can be used now
 *   address                the first that is not of its link alone (fe80::/10), or ""
 *   gateway                the first of them, or ""
 *   up                     whether there is an address, and a network at the other end of the link
 *   mtu                    the largest packet, in bytes
 *   wait(timeout)          the first address, as soon as there is one; OSError(ETIMEDOUT) after so many seconds
 *   ping(address, timeout) how many seconds an echo took; OSError(ETIMEDOUT) where none comes, 1 s by default
 *   counts()               a dict of what the network of this machine counted
 *   pools()                a dict of what it holds: (used, most, size, failed) by name
 */
#include <string.h>

#include "py/mperrno.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "unikernel/ip.h"

#include "port.h"

enum { NS_PER_SECOND = 1000000000 };

typedef struct ip_object {
    mp_obj_base_t base;
    struct device *device;
} ip_object_t;

typedef bool one_of(struct device *self, unsigned number, char text[IP_TEXT_BYTES]);

static const struct ip_operations *operations_of(const ip_object_t *self) {
    return self->device->driver->operations;
}

static mp_obj_t gateway_of(const ip_object_t *self) {
    char text[IP_TEXT_BYTES] = "";
    operations_of(self)->gateway(self->device, 0, text);
    return mp_obj_new_str(text, strlen(text));
}

static bool find_address(const ip_object_t *self, char text[IP_TEXT_BYTES]) {
    static const char of_link[] = "fe80:";
    for (unsigned i = 0; operations_of(self)->address(self->device, i, text); i++) {
        if (strncmp(text, of_link, sizeof of_link - 1) != 0) {
            return true;
        }
    }
    text[0] = 0;
    return false;
}

static bool has_address(const ip_object_t *self) {
    char text[IP_TEXT_BYTES];
    return find_address(self, text);
}

static mp_obj_t address_of(const ip_object_t *self) {
    char text[IP_TEXT_BYTES];
    find_address(self, text);
    return mp_obj_new_str(text, strlen(text));
}

static mp_obj_t all_of(const ip_object_t *self, one_of *next) {
    mp_obj_t list = mp_obj_new_list(0, NULL);
    char text[IP_TEXT_BYTES];
    for (unsigned i = 0; next(self->device, i, text); i++) {
        mp_obj_list_append(list, mp_obj_new_str(text, strlen(text)));
    }
    size_t count;
    mp_obj_t *items;
    mp_obj_list_get(list, &count, &items);
    return mp_obj_new_tuple(count, items);
}

static mp_obj_t ip_wait(size_t count, const mp_obj_t *arguments) {
    const ip_object_t *self = MP_OBJ_TO_PTR(arguments[0]);
    const uint64_t deadline_ns = wait_deadline(count > 1 ? arguments[1] : mp_const_none);
    while (!has_address(self)) {
        wait_once(deadline_ns);
    }
    return address_of(self);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ip_wait_obj, 1, 2, ip_wait);

static mp_obj_t ip_ping(size_t count, const mp_obj_t *arguments) {
    const ip_object_t *self = MP_OBJ_TO_PTR(arguments[0]);
    const char *address = mp_obj_str_get_str(arguments[1]);
    const uint64_t deadline_ns = wait_deadline(count > 2 ? arguments[2] : MP_OBJ_NEW_SMALL_INT(1));
    const int error = operations_of(self)->ping(address);
    if (error == -MP_EINVAL) {
        mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s is no address that this machine can ping"), address);
    }
    if (error < 0) {
        mp_raise_OSError(-error);
    }
    int64_t took_ns;
    while ((took_ns = operations_of(self)->answered_ns()) < 0) {
        wait_once(deadline_ns);
    }
    return mp_obj_new_float((mp_float_t)took_ns / NS_PER_SECOND);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(ip_ping_obj, 2, 3, ip_ping);

static mp_obj_t ip_counts(mp_obj_t self) {
    mp_obj_t found = mp_obj_new_dict(0);
    const char *name;
    uint64_t value;
    for (unsigned i = 0; operations_of(MP_OBJ_TO_PTR(self))->count(i, &name, &value); i++) {
        mp_obj_dict_store(found, mp_obj_new_str(name, strlen(name)), mp_obj_new_int_from_ull(value));
    }
    return found;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ip_counts_obj, ip_counts);

static mp_obj_t ip_pools(mp_obj_t self) {
    static const qstr fields[] = {MP_QSTR_used, MP_QSTR_most, MP_QSTR_size, MP_QSTR_failed};
    mp_obj_t found = mp_obj_new_dict(0);
    struct ip_pool pool;
    for (unsigned i = 0; operations_of(MP_OBJ_TO_PTR(self))->pool(i, &pool); i++) {
        mp_obj_t row[] = {
            mp_obj_new_int_from_uint(pool.used),
            mp_obj_new_int_from_uint(pool.most),
            mp_obj_new_int_from_uint(pool.size),
            mp_obj_new_int_from_ull(pool.failed),
        };
        mp_obj_dict_store(found, mp_obj_new_str(pool.name, strlen(pool.name)),
                          mp_obj_new_attrtuple(fields, MP_ARRAY_SIZE(row), row));
    }
    return found;
}
static MP_DEFINE_CONST_FUN_OBJ_1(ip_pools_obj, ip_pools);

static void attribute(mp_obj_t object, qstr name, mp_obj_t *found) {
    const ip_object_t *self = MP_OBJ_TO_PTR(object);
    if (found[0] != MP_OBJ_NULL) {
        return; /* nothing can be set */
    }
    switch (name) {
    case MP_QSTR_addresses:
        found[0] = all_of(self, operations_of(self)->address);
        break;
    case MP_QSTR_gateways:
        found[0] = all_of(self, operations_of(self)->gateway);
        break;
    case MP_QSTR_address:
        found[0] = address_of(self);
        break;
    case MP_QSTR_gateway:
        found[0] = gateway_of(self);
        break;
    case MP_QSTR_up:
        found[0] = mp_obj_new_bool(operations_of(self)->connected(self->device) && has_address(self));
        break;
    case MP_QSTR_mtu:
        found[0] = mp_obj_new_int_from_uint(operations_of(self)->mtu(self->device));
        break;
    default:
        found[1] = MP_OBJ_SENTINEL; /* it may be a method */
    }
}

static const mp_rom_map_elem_t methods_table[] = {
    {MP_ROM_QSTR(MP_QSTR_wait), MP_ROM_PTR(&ip_wait_obj)},
    {MP_ROM_QSTR(MP_QSTR_ping), MP_ROM_PTR(&ip_ping_obj)},
    {MP_ROM_QSTR(MP_QSTR_counts), MP_ROM_PTR(&ip_counts_obj)},
    {MP_ROM_QSTR(MP_QSTR_pools), MP_ROM_PTR(&ip_pools_obj)},
};
static MP_DEFINE_CONST_DICT(methods, methods_table);
static MP_DEFINE_CONST_OBJ_TYPE(ip_type, MP_QSTR_Ip, MP_TYPE_FLAG_NONE, attr, attribute, locals_dict, &methods);

void *ip_object(struct device *device) {
    if (device->status != DEVICE_UP) {
        mp_raise_OSError(MP_ENODEV);
    }
    ip_object_t *self = mp_obj_malloc(ip_object_t, &ip_type);
    self->device = device;
    return self;
}
