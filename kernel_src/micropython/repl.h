/* The device Repl: MicroPython's prompt on the console. */
#pragma once

#include <stdbool.h>

#include "unikernel/device.h"

struct repl_parameters {
    bool after_app; /* the prompt follows main.py */
};

extern const struct driver repl_driver;
