/* The stack's devices: brought up in the order of the generated table, found by name or by what they provide. */
#include "unikernel/device.h"

#include "unikernel/parameter.h"
#include "unikernel/trace.h"

void device_start_all(void) {
    for (void (*const *take)(void) = parameter_take; *take != NULL; take++) {
        (*take)();
    }
    for (struct device *const *each = devices; *each != NULL; each++) {
        struct device *device = *each;
        device->status = device->driver->init(device);
        trace_device(device->name, device->status);
    }
}

void device_end_all(void) {
    for (struct device *const *each = devices; *each != NULL; each++) {
        if ((*each)->status == DEVICE_UP && (*each)->driver->end != NULL) {
            (*each)->driver->end(*each);
        }
    }
}

struct device *device_providing(enum interface interface) {
    struct device *chosen = app_devices[interface];
    if (chosen != NULL) {
        return chosen->status == DEVICE_UP ? chosen : NULL;
    }
    for (struct device *const *each = devices; *each != NULL; each++) {
        if ((*each)->status == DEVICE_UP && (*each)->driver->provides == interface) {
            return *each;
        }
    }
    return NULL;
}

struct device *device_named(const char *name) {
    for (struct device *const *each = devices; *each != NULL; each++) {
        const char *a = (*each)->name;
        const char *b = name;
        while (*a != 0 && *a == *b) {
            a++, b++;
        }
        if (*a == *b) {
            return *each;
        }
    }
    return NULL;
}
