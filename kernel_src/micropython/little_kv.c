/* Values by key on a littlefs: its folder, in the hands of kv.c. */
#include "little_kv.h"

#include "unikernel/kv.h"

#include "kv.h"

static int init(struct device *self) {
    (void)self; /* the tree is first looked at when the app asks */
    return 0;
}

static void *object(struct device *self) {
    return kv_object(self, ((const struct little_kv_parameters *)self->parameters)->folder);
}

static const struct kv_operations operations = {.object = object};

const struct driver little_kv_driver = {
    .class_name = "LittleKv",
    .provides = INTERFACE_KV,
    .operations = &operations,
    .init = init,
};
