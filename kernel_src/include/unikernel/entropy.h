/* The Entropy interface: bytes nobody can guess. */
#pragma once

#include <stddef.h>

struct device;

struct entropy_operations {
    int (*fill)(struct device *self, void *bytes, size_t length); /* 0; -ENODEV: there is no source; -EIO: it broke */
};

/* From the CSPRNG, which the app's Entropy device seeds, and seeds again after each MiB: 0, or -errno where it never
 * could be. */
int entropy_fill(void *bytes, size_t length);

/* Seeds it again now: 0, or -errno of a source that gives nothing; what is kept of the seeds before stays. */
int entropy_reseed(void);
