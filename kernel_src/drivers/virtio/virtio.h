/* The two transports, and the list that they fill. */
#pragma once

#include "unikernel/virtio.h"

/* A place in the list for a device just found, or NULL when it is full. */
struct virtio *virtio_found(void);

/* What transports show as configuration: bytes of a window of registers, read in one piece (4.1.3.1, 4.2.2.2). */
uint32_t virtio_window(const volatile unsigned char *window, uint64_t window_bytes, uint32_t offset, uint32_t bytes);

void virtio_mmio_find(void);
void virtio_pci_find(void);
