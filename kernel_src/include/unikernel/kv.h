/*
 * The Kv interface: values by key. The app's object for it is the runtime's own, with get, set, list and remove; the
 * kernel knows nothing of it.
 */
#pragma once

struct device;

struct kv_operations {
    void *(*object)(struct device *self); /* raises as the runtime does */
};
