/* What can be written cannot be executed: data. */
#include "unikernel/machine.h"

enum { RETURN = 0xc3 }; /* the instruction RET */

static unsigned char code[] = {RETURN};

int app_main(void) {
    code[0] = RETURN;
    void (*volatile const call)(void) = (void (*)(void))(void *)code;
    call();
    return code[0]; /* so that the call is one, not a jump */
}
