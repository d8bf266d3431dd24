/* sources: core/entropy.c core/chacha20.c */
#include "unikernel/entropy.h"

#include <errno.h>
#include <string.h>

#include "check.h"
#include "unikernel/device.h"

enum { SOME = 48, MIB = 1 << 20 };

static int asked, answer;

static int fill(struct device *self, void *bytes, size_t length) {
    (void)self;
    memset(bytes, 7, length); /* always the same: a source that lies */
    asked++;
    return answer;
}

static const struct entropy_operations operations = {.fill = fill};
static const struct driver driver = {.provides = INTERFACE_ENTROPY, .operations = &operations};
static struct device source = {.name = "source", .driver = &driver};
static struct device *present;

struct device *device_providing(enum interface interface) {
    return interface == INTERFACE_ENTROPY ? present : NULL;
}

static unsigned char first[SOME], second[SOME], many[MIB];

static void without_a_source_there_is_nothing(void) {
    CHECK(entropy_fill(first, SOME) == -ENODEV && entropy_reseed() == -ENODEV);
    present = &source;
    answer = -EIO;
    CHECK(entropy_fill(first, SOME) == -EIO && entropy_reseed() == -EIO);
    asked = answer = 0;
}

static void it_is_seeded_once_and_never_repeats(void) {
    CHECK(entropy_fill(first, SOME) == 0 && entropy_fill(second, SOME) == 0);
    CHECK(asked == 1 && memcmp(first, second, SOME) != 0);
}

static void a_seed_that_was_there_before_still_makes_another_sequence(void) {
    CHECK(entropy_reseed() == 0 && asked == 2);
    CHECK(entropy_fill(first, SOME) == 0 && memcmp(first, second, SOME) != 0);
}

static void after_a_mebibyte_it_is_seeded_again(void) {
    CHECK(entropy_fill(many, MIB) == 0 && asked == 2);
    CHECK(entropy_fill(first, SOME) == 0 && asked == 3);
}

static void a_source_that_breaks_later_takes_nothing_away(void) {
    CHECK(entropy_fill(many, MIB) == 0);
    answer = -EIO;
    CHECK(entropy_fill(first, SOME) == 0 && entropy_fill(second, SOME) == 0 && asked == 5);
    CHECK(memcmp(first, second, SOME) != 0 && entropy_reseed() == -EIO);
}

int main(void) {
    without_a_source_there_is_nothing();
    it_is_seeded_once_and_never_repeats();
    a_seed_that_was_there_before_still_makes_another_sequence();
    after_a_mebibyte_it_is_seeded_again();
    a_source_that_breaks_later_takes_nothing_away();
    return 0;
}
