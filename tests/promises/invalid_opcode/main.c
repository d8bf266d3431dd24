/* An exception that nobody handles ends the machine with a report. */
#include "unikernel/machine.h"

int app_main(void) {
    __asm__ volatile("ud2");
    return 0;
}
