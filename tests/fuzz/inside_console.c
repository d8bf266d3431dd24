#include "drivers/virtio_console/ports.c"
#include "inside.h"

void forget_console(void) {
    serials = NULL;
    started = false;
}
