/* An interrupt that has no gate is an exception like another: never silence, never a reset. Its error code is
 * the vector times 8, and 2 as it is in the interrupt table: 1026. QEMU before 8 says 2050. */
#include "unikernel/machine.h"

int app_main(void) {
    __asm__ volatile("int $0x80");
    return 0;
}
