/* Writes, and then meets an instruction that is none. */
#include "unikernel/console.h"

int app_main(void) {
    console_print("before\n");
    __builtin_trap();
}
