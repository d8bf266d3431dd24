#include <string.h>

#include "drivers/virtio/virtio.c"
#include "inside.h"

void forget_virtio(void) {
    memset(found, 0, sizeof found);
    count = 0;
    searched = false;
}

struct virtio *virtio_number(unsigned index) {
    return index < count ? &found[index] : NULL;
}
