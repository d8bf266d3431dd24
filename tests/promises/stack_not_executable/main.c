/* What can be written cannot be executed: the stack. */
#include "unikernel/machine.h"

enum { RETURN = 0xc3 }; /* the instruction RET */

int app_main(void) {
    volatile unsigned char code[] = {RETURN};
    ((void (*)(void))(void *)code)();
    return 0;
}
