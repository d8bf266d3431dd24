/* sources: core/chacha20.c */
#include "core/chacha20.h"

#include "check.h"

/* RFC 8439, appendix A.1: test vectors 1 to 3, which have a nonce of zero. */
static void the_blocks_are_those_of_the_standard(void) {
    uint32_t key[CHACHA20_KEY_WORDS] = {0};
    uint32_t block[CHACHA20_BLOCK_WORDS];
    chacha20_block(key, 0, block);
    CHECK(block[0] == 0xade0b876 && block[1] == 0x903df1a0 && block[15] == 0x8665eeb2);
    chacha20_block(key, 1, block);
    CHECK(block[0] == 0xbee7079f && block[1] == 0x7a385155 && block[15] == 0x6f4d794b);
    key[CHACHA20_KEY_WORDS - 1] = 0x01000000;
    chacha20_block(key, 1, block);
    CHECK(block[0] == 0x2452eb3a && block[1] == 0x9249f8ec && block[15] == 0xa0136c00);
}

int main(void) {
    the_blocks_are_those_of_the_standard();
    return 0;
}
