/* The two transports, and the list that they fill. */
#pragma once

#include "unikernel/virtio.h"

/* A place in the list for a device just found, or NULL when it is full. */
struct virtio *virtio_found(void);

void virtio_mmio_find(void);
void virtio_pci_find(void);
