/* Page zero is not mapped: a null pointer faults. */
#include "unikernel/machine.h"

enum { FIELD = 16 };

int app_main(void) {
    const volatile int *volatile nothing = (const volatile int *)FIELD;
    return *nothing;
}
