/* The Entropy interface: bytes nobody can guess. */
#pragma once

#include <stddef.h>

struct device;

struct entropy_operations {
    int (*fill)(struct device *self, void *bytes, size_t length); /* 0, or -ENODEV: there is no source */
};

/* From the CSPRNG seeded by the first Entropy device: 0, or -ENODEV without one. */
int entropy_fill(void *bytes, size_t length);
