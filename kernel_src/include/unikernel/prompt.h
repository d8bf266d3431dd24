/* The Prompt interface: reads and runs lines after the app has ended. */
#pragma once

#include <stdbool.h>

struct device;

struct prompt_operations {
    int (*run)(struct device *self);        /* returns the machine's exit status when the user leaves */
    bool (*after_app)(struct device *self); /* the stack's default; the command line's "prompt" overrides it */
};
