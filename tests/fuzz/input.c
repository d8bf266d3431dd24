#include "input.h"

enum { BYTE_BITS = 8, BYTE_VALUES = 256 };

static const uint8_t *at, *end;
bool input_replayed;

void input_start(const uint8_t *bytes, size_t length) {
    at = bytes;
    end = bytes + length;
}

bool input_over(void) {
    return at == end;
}

uint64_t input_number(unsigned bytes) {
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)(at < end ? *at++ : 0) << (BYTE_BITS * i);
    }
    return value;
}

uint32_t input_below(uint32_t limit) {
    return (uint32_t)input_number(limit <= BYTE_VALUES ? 1 : sizeof limit) % limit;
}

void input_change(volatile void *bytes, size_t length) {
    const uint64_t place = input_number(length <= BYTE_VALUES ? 1 : 2) % length;
    ((volatile unsigned char *)bytes)[place] = (unsigned char)input_number(1);
}
