/* The least that a machine can do: a line on the console, and an exit status of its own. */
#include "unikernel/console.h"
#include "unikernel/machine.h"

enum { STATUS = 7 };

int app_main(void) {
    console_print("hello\n");
    return STATUS;
}
