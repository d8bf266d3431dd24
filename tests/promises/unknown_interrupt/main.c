/* An interrupt that has no gate is an exception like another: never silence, never a reset. */
#include "unikernel/machine.h"

int app_main(void) {
    __asm__ volatile("int $0x80");
    return 0;
}
