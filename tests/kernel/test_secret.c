/* sources: core/secret.c core/words.c */
#include <stdbool.h>
#include <string.h>

#include "check.h"
#include "unikernel/abi.h"
#include "unikernel/memory.h"
#include "unikernel/secret.h"

enum { BYTES = 4 };

static unsigned char key[BYTES], other[BYTES];
const struct secret secrets[] = {{"vault.key", key, BYTES}, {"b.key", other, BYTES}, {.key = NULL}};

/* What the linker script and the rest of the kernel give: the page after the image, and more. */
_Alignas(64) char image_end[2 * ABI_SECRETS_BYTES];
static size_t free_bytes = sizeof image_end;

struct memory_range memory_heap(void) {
    return (struct memory_range){(uintptr_t)image_end, free_bytes};
}

static void give(uint32_t magic, const char *words) {
    struct abi_secrets *page = (struct abi_secrets *)image_end;
    memset(image_end, 'x', sizeof image_end);
    memset(key, 0, BYTES);
    memset(other, 0, BYTES);
    page->magic = magic;
    memcpy(page->words, words, strlen(words) + 1);
    secret_take_all();
}

static bool wiped(void) {
    for (size_t i = 0; i < ABI_SECRETS_BYTES; i++) {
        if (image_end[i] != 0) {
            return false;
        }
    }
    return image_end[ABI_SECRETS_BYTES] == 'x';
}

static bool none(const unsigned char *secret) {
    static const unsigned char zeros[BYTES];
    return memcmp(secret, zeros, BYTES) == 0;
}

static void what_is_given_is_taken_and_wiped(void) {
    give(ABI_SECRETS_MAGIC, "b.key=deadbeef vault.key=00ff7fa0");
    CHECK(memcmp(key, "\x00\xff\x7f\xa0", BYTES) == 0);
    CHECK(memcmp(other, "\xde\xad\xbe\xef", BYTES) == 0);
    CHECK(wiped());
}

static void what_is_no_secret_leaves_none(void) {
    static const char *const words[] = {
        "", "vault.key=", "vault.key=00ff7fa", "vault.key=00ff7fa000", "vault.key=00FF7FA0", "vault.key=00ff7fag"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        give(ABI_SECRETS_MAGIC, words[i]);
        CHECK(none(key) && none(other) && wiped());
    }
}

static void without_the_magic_nothing_is_touched(void) {
    give(0, "vault.key=00ff7fa0");
    CHECK(none(key) && !wiped());
}

static void a_page_that_is_not_whole_is_not_read(void) {
    free_bytes = ABI_SECRETS_BYTES - 1;
    give(ABI_SECRETS_MAGIC, "vault.key=00ff7fa0");
    CHECK(none(key));
    free_bytes = sizeof image_end;
}

static void words_without_an_end_are_not_overrun(void) {
    static char words[sizeof((struct abi_secrets *)0)->words + 1];
    memset(words, 'y', sizeof words - 1);
    give(ABI_SECRETS_MAGIC, words);
    CHECK(none(key));
}

int main(void) {
    what_is_given_is_taken_and_wiped();
    what_is_no_secret_leaves_none();
    without_the_magic_nothing_is_touched();
    a_page_that_is_not_whole_is_not_read();
    words_without_an_end_are_not_overrun();
    return 0;
}
