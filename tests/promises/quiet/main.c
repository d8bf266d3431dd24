/* A machine that waits halts the processor. */
#include "unikernel/console.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

int app_main(void) {
    console_print("waiting\n");
    for (;;) {
        wait_until(WAIT_FOREVER);
    }
}
