/* A machine that scribbles over its records is one that ended without a word: the host believes none of it. */
#include <stdint.h>

#include "core/arch.h"
#include "core/records.h"
#include "unikernel/machine.h"

enum { SCRIBBLE = 0xa5 };

int app_main(void) {
    volatile uint8_t *bytes = (volatile uint8_t *)&records;
    for (uint32_t i = 0; i < sizeof records; i++) {
        bytes[i] = SCRIBBLE;
    }
    arch_power_off();
}
