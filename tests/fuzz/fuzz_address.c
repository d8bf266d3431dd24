/* sources: lwip:net
 * beside: input.c */
/*
 * Texts that may write an address: no look beyond their end, and what was read is written as a text that fits, which
 * reads as the same, but for the link's number.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "input.h"
#include "unikernel/address.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    static const uint8_t families[] = {0, ADDRESS_IPV4, ADDRESS_IPV6};
    input_start(bytes, length);
    const uint8_t family = families[input_below(sizeof families)];
    char *text = malloc(length + 1); /* as long as it is: a look beyond is seen */
    size_t count = 0;
    while (!input_over()) {
        text[count++] = (char)input_number(1);
    }
    text[count] = 0;
    struct address address = {.port = 7}, again = {0};
    if (address_read(text, family, &address)) {
        char written[ADDRESS_TEXT_BYTES];
        memset(written, 'x', sizeof written);
        CHECK(address.port == 7 && (family == 0 || address.family == family));
        CHECK(address_write(&address, written) == strlen(written) && strlen(written) < sizeof written);
        CHECK(address_read(written, address.family, &again));
        CHECK(again.family == address.family && memcmp(again.bytes, address.bytes, sizeof again.bytes) == 0);
        char no_zone[ADDRESS_TEXT_BYTES];
        CHECK(address_write(&again, no_zone) == strlen(written) && strcmp(written, no_zone) == 0);
    }
    free(text);
    return 0;
}
