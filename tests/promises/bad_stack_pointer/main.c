/* A fault with a stack pointer that points nowhere is reported all the same: faults have a stack of their own. */
#include "unikernel/machine.h"

int app_main(void) {
    __asm__ volatile("mov $0x123456789000, %rsp; push %rax");
    return 0;
}
