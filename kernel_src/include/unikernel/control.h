/* The Control interface: what the host asks of the machine. */
#pragma once

#include <stdbool.h>

struct device;

struct control_operations {
    bool (*shutdown_wanted)(struct device *self); /* also from interrupt context */
};
