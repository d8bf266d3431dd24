/* The host's wishes, in the records: it writes one, then holds the console's break, so that somebody looks. */
#include "core/records.h"
#include "unikernel/control.h"
#include "unikernel/device.h"

static int init(struct device *self) {
    (void)self;
    return 0;
}

static bool shutdown_wanted(struct device *self) {
    (void)self;
    return __atomic_load_n(&records.request.kind, __ATOMIC_ACQUIRE) == ABI_REQUEST_SHUTDOWN;
}

static const struct control_operations operations = {.shutdown_wanted = shutdown_wanted};

const struct driver host_control_driver = {
    .class_name = "HostControl",
    .provides = INTERFACE_CONTROL,
    .operations = &operations,
    .init = init,
};
