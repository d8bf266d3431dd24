/* The processor's random numbers. Intel SDM volume 1, section 7.3.17: RDRAND may be exhausted for a while, so it is
 * tried again. */
#include "rdrand.h"

#include <errno.h>
#include <stdint.h>

#include "core/arch.h"
#include "unikernel/device.h"
#include "unikernel/entropy.h"

static int fill(struct device *self, void *bytes, size_t length) {
    (void)self;
    uint8_t *out = bytes;
    while (length > 0) {
        uint64_t value;
        if (!arch_random(&value)) {
            return -ENODEV;
        }
        for (size_t i = 0; i < sizeof value && length > 0; i++, length--) {
            *out++ = (uint8_t)(value >> 8 * i);
        }
    }
    return 0;
}

static int init(struct device *self) {
    (void)self;
    return arch_random_present() ? 0 : -ENODEV;
}

static const struct entropy_operations operations = {.fill = fill};

const struct driver rdrand_driver = {
    .class_name = "Rdrand",
    .provides = INTERFACE_ENTROPY,
    .operations = &operations,
    .init = init,
};
