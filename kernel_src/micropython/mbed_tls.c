/* The device MbedTls: the memory of TLS, and the roots that the stack names. The module tls has the rest. */
#include "mbed_tls.h"

#include <errno.h>
#include <string.h>

#include "crypto/tls.h"
#include "py/cstack.h"
#include "py/runtime.h"
#include "unikernel/memory.h"

#include "port.h"
#include "tls.h"

static int init(struct device *self) {
    const struct mbed_tls_parameters *parameters = self->parameters;
    const size_t store = (size_t)parameters->store;
    void *memory = memory_take(tls_bytes((unsigned)parameters->sessions, store), TLS_ALIGN);
    return memory == NULL ? -ENOMEM : tls_start(memory, (unsigned)parameters->sessions, store);
}

bool tls_device_up(void) {
    return device_providing(INTERFACE_TLS) != NULL;
}

struct rom_file tls_device_roots(void) {
    const struct device *device = device_providing(INTERFACE_TLS);
    const char *name = ((const struct mbed_tls_parameters *)device->parameters)->roots;
    return *name == 0 ? (struct rom_file){NULL, 0} : rom_find(name, strlen(name));
}

void tls_check_stack(void) {
    enum { STACK_BYTES = 16 * 1024 };
    if (mp_cstack_usage() + STACK_BYTES > MP_STATE_THREAD(stack_limit)) {
        mp_raise_recursion_depth();
    }
}

const struct driver mbed_tls_driver = {
    .class_name = "MbedTls",
    .provides = INTERFACE_TLS,
    .init = init,
};
