/* Tells how many bytes stood before the character that interrupts, which came among them. */
#include "unikernel/console.h"
#include "unikernel/wait.h"

enum { CONTROL_C = 3 };

static volatile bool interrupted;

static void notify(void) {
    interrupted = true;
}

int app_main(void) {
    console_set_interrupt(CONTROL_C, notify);
    console_print("up\n");
    while (!interrupted) {
        wait_until(WAIT_FOREVER);
    }
    char bytes[8];
    const size_t count = console_read(bytes, sizeof bytes);
    console_write(bytes, count);
    return (int)count;
}
