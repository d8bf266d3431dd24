/* What the kernel keeps for good, to be looked at, and forgotten between two inputs. */
#pragma once

#include "unikernel/virtio.h"

void forget_virtio(void);
void forget_block(void);
void forget_console(void);

struct virtio *virtio_number(unsigned index); /* of those found, or NULL */
