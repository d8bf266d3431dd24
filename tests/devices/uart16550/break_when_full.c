/* Reads nothing before a break has come; then every byte must be there, and no byte more. */
#include <stdbool.h>
#include <stdint.h>

#include "unikernel/console.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

enum { COUNT = 100000, VALUES = 255 /* 1 to 255: a break is a null byte */ };

static volatile bool broken;

static void notify(void) {
    broken = true;
}

int app_main(void) {
    console_set_interrupt(-1, notify);
    console_print("up\n");
    while (!broken) {
        wait_until(WAIT_FOREVER);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        uint8_t byte;
        while (console_read(&byte, 1) == 0) {
            wait_until(WAIT_FOREVER);
        }
        machine_assert(byte == i % VALUES + 1);
    }
    console_print("whole\n");
    return console_readable();
}
