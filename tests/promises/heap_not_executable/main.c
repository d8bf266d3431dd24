/* What can be written cannot be executed: the first and the last page of free memory. */
#include <stdint.h>

#include "unikernel/console.h"
#include "unikernel/machine.h"
#include "unikernel/memory.h"

enum { RETURN = 0xc3 }; /* the instruction RET */

int app_main(void) {
    const struct memory_range heap = memory_heap();
    volatile unsigned char *first = (unsigned char *)heap.start;
    volatile unsigned char *last = first + heap.bytes - 1;
    *first = RETURN;
    *last = RETURN;
    if (*first == RETURN && *last == RETURN) {
        console_print("written\n");
    }
    ((void (*)(void))(uintptr_t)last)();
    return 0;
}
