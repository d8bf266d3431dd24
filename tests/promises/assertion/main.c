/* A broken assertion says where it stands. */
#include "unikernel/machine.h"

int app_main(void) {
    volatile int one = 1;
    machine_assert(one == 2);
    return 0;
}
