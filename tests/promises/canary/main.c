/* Tells the canary, so that two boots can be compared: a promise that a real image would not break like this. */
#include <stdint.h>

#include "unikernel/console.h"
#include "unikernel/machine.h"

enum { HEX_DIGITS = 16, HEX_BITS = 4, HEX_MASK = 15 };

int app_main(void) {
    uint64_t canary;
    __asm__ volatile("mov %%fs:0x28, %0" : "=r"(canary));
    for (int i = HEX_DIGITS - 1; i >= 0; i--) {
        console_write(&"0123456789abcdef"[canary >> HEX_BITS * i & HEX_MASK], 1);
    }
    console_print("\n");
    return 0;
}
