/* Constants cannot be written. */
#include "unikernel/machine.h"

static const char constant[] = "constant";

int app_main(void) {
    *(volatile char *)constant = 0;
    return 0;
}
