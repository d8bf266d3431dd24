/*
 * Stands before each source of the kernel that is fuzzed: before every look at memory that a device shares, the device
 * has its turn; what is published there is told. That is how the memory changes while it is read.
 */
#pragma once

void seam_looks(void);
void seam_published(const volatile void *place);

#define __atomic_load_n(place, order)         (seam_looks(), __atomic_load_n(place, order))
#define __atomic_store_n(place, value, order) (__atomic_store_n(place, value, order), seam_published(place))
