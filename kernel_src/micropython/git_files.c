/* A tree of a git repository: the build put it into the image's files, a ROM filesystem of its own named NAME.romfs. */
#include "git_files.h"

#include <string.h>

#include "unikernel/files.h"
#include "unikernel/machine.h"

#include "port.h"

enum { NAME_BYTES = 20 }; /* of a device, at most */

static int init(struct device *self) {
    (void)self; /* the files are there when the app's are */
    return 0;
}

static const void *image(struct device *self, size_t *length) {
    static const char suffix[] = ".romfs";
    char name[NAME_BYTES + sizeof suffix];
    const size_t stem = strlen(self->name);
    machine_assert(stem <= NAME_BYTES);
    memcpy(name, self->name, stem);
    memcpy(name + stem, suffix, sizeof suffix);
    const struct rom_file file = rom_find(name, stem + sizeof suffix - 1);
    machine_assert(file.bytes != NULL);
    *length = file.length;
    return file.bytes;
}

static const char *mount_point(struct device *self) {
    return ((const struct git_files_parameters *)self->parameters)->mount_point;
}

static const struct files_operations operations = {.mount_point = mount_point, .image = image};

const struct driver git_files_driver = {
    .class_name = "GitFiles",
    .provides = INTERFACE_FILES,
    .operations = &operations,
    .init = init,
};
