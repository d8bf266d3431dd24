/* The Watch interface: somebody who must be fed. */
#pragma once

struct device;

struct watch_operations {
    void (*feed)(struct device *self);
};
