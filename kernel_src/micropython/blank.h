/* Whether a disk has never been written to: only such a one is given a new file system. */
#pragma once

#include "unikernel/device.h"

/* 1: all zero, as far as it is looked at: a GiB from the start, and the last MiB. 0: it is not. Or -errno. Allocates,
 * and may raise MemoryError. */
int blank_disk(struct device *disk);

/* Raises OSError with `number` and, in words, why the file system of `self` cannot be used. */
void raise_unusable(struct device *self, struct device *disk, int number) __attribute__((noreturn));
