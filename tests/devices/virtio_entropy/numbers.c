/* Tells how the source came up; then draws from it, and from the generator that it seeds. */
#include <errno.h>
#include <string.h>

#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/entropy.h"
#include "unikernel/machine.h"

enum { BYTES = 1000, MANY = 3 << 20 };

static unsigned char first[BYTES], second[BYTES], many[MANY];

static bool differ(const unsigned char *a, const unsigned char *b) {
    return memcmp(a, b, BYTES) != 0;
}

int app_main(void) {
    struct device *source = device_named("host");
    if (source->status != DEVICE_UP) {
        machine_assert(source->status == -ENODEV);
        machine_assert(entropy_fill(first, BYTES) == -ENODEV && entropy_reseed() == -ENODEV);
        console_print("absent\n");
        return 0;
    }
    const struct entropy_operations *entropy = source->driver->operations;
    machine_assert(entropy->fill(source, first, BYTES) == 0 && entropy->fill(source, second, BYTES) == 0);
    machine_assert(differ(first, second));
    machine_assert(entropy_fill(second, BYTES) == 0 && differ(first, second));
    machine_assert(entropy_fill(many, MANY) == 0 && entropy_fill(many, MANY) == 0);
    machine_assert(entropy_reseed() == 0 && entropy_fill(first, BYTES) == 0 && differ(first, second));
    console_print("drawn\n");
    return 0;
}
