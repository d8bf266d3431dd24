/* Whether a disk has never been written to: only such a one is given a new file system. */
#pragma once

#include "unikernel/device.h"

/* 1: all zero, as far as it is looked at: a GiB from the start, and the last MiB. 0: it is not. Or -errno. Allocates,
 * and may raise MemoryError. */
int blank_disk(struct device *disk);

/* Raises OSError: the file system of `self` cannot be made from what the disk holds. */
void raise_unusable(struct device *self, struct device *disk) __attribute__((noreturn));

/* The same, of a disk that holds one of another size. */
void raise_of_another_size(struct device *self, struct device *disk) __attribute__((noreturn));
