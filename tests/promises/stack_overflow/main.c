/* A stack that grows too far meets its guard page, and the report is written from another stack. */
#include "unikernel/machine.h"

static int deeper(const volatile int *count) {
    volatile int more = *count + 1;
    return more == 0 ? 0 : deeper(&more) + more;
}

int app_main(void) {
    volatile int count = 0;
    return deeper(&count);
}
