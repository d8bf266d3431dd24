/* Text cannot be written, though everything runs in ring 0. */
#include <stdint.h>

#include "unikernel/machine.h"

int app_main(void) {
    *(volatile uint8_t *)(uintptr_t)app_main = 0;
    return 0;
}
