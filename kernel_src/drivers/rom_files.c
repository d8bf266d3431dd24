/* The files that the linker put into the image: a MicroPython ROM filesystem, used where it lies. */
#include "rom_files.h"

#include <errno.h>
#include <stdint.h>

#include "unikernel/device.h"
#include "unikernel/files.h"

extern const char rom_start[], rom_end[];

static int init(struct device *self) {
    (void)self;
    return (uintptr_t)rom_end > (uintptr_t)rom_start ? 0 : -ENOENT;
}

static const void *image(struct device *self, size_t *length) {
    (void)self;
    *length = (size_t)(rom_end - rom_start);
    return rom_start;
}

static const char *mount_point(struct device *self) {
    return ((const struct rom_files_parameters *)self->parameters)->mount_point;
}

static const struct files_operations operations = {.mount_point = mount_point, .image = image};

const struct driver rom_files_driver = {
    .class_name = "RomFiles",
    .provides = INTERFACE_FILES,
    .operations = &operations,
    .init = init,
};
