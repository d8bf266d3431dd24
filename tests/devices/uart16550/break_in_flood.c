/* Writes without end, and tells each break that it notices: none may pass unseen between two bytes of output. */
#include <stdint.h>

#include "unikernel/console.h"
#include "unikernel/machine.h"

enum { BREAKS = 50 };

static volatile uint32_t breaks;

static void notify(void) {
    breaks = breaks + 1;
}

int app_main(void) {
    console_set_interrupt(-1, notify);
    for (uint32_t told = 0; told < BREAKS;) {
        console_print("0123456789abcdef0123456789abcdef\n");
        if (breaks > told) {
            told++;
            console_print("break\n");
        }
    }
    return 0;
}
