/* A function that writes past its array does not return. */
#include "unikernel/machine.h"

enum { ARRAY_BYTES = 16, WRITTEN_BYTES = 48 };

__attribute__((noinline)) static void fill(int length) {
    volatile char array[ARRAY_BYTES];
    volatile char *at = array;
    while (length-- > 0) {
        *at++ = 'x';
    }
}

int app_main(void) {
    fill(WRITTEN_BYTES);
    return 0;
}
