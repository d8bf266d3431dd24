/* Ends by a promise that breaks. */
#include "unikernel/machine.h"

int app_main(void) {
    machine_panic(ABI_PANIC_ASSERTION, "this test ends so");
}
