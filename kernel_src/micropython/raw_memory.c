/*
 * The device RawMemory. There is nothing to bring up: with it come the modules that address memory, machine with mem8,
 * mem16 and mem32, and uctypes, which are in no other image.
 */
#include "unikernel/device.h"

static int raw_memory_init(struct device *self) {
    (void)self;
    return 0;
}

const struct driver raw_memory_driver = {
    .class_name = "RawMemory",
    .provides = INTERFACE_NONE,
    .init = raw_memory_init,
};
