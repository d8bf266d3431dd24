/* sources: core/wall.c */
#include "core/wall.h"

#include "check.h"

enum { MS = 1000000 };

static const uint64_t second = 1000 * MS;
static const int64_t today = 1764000000ll * 1000 * MS;

static void set_it_is_what_it_was_set_to_at_once(void) {
    struct wall wall = {0};
    wall_set(&wall, 5 * second, today, false);
    CHECK(wall.known);
    CHECK(wall_at(&wall, 5 * second) == today);
    CHECK(wall_at(&wall, 6 * second) == today + (int64_t)second);
    wall_set(&wall, 6 * second, 7, false);
    CHECK(wall_at(&wall, 6 * second) == 7 && wall_at(&wall, 6 * second + 1) == 8);
}

static void unknown_it_is_not_slewed(void) {
    struct wall wall = {0};
    wall_set(&wall, second, today, true);
    CHECK(wall_at(&wall, second) == today && wall_at(&wall, 2 * second) == today + (int64_t)second);
}

/* By 100 ms, which takes 200 s. */
static void slewed_it_gets_there_slowly_and_never_goes_back(int64_t by_ns) {
    struct wall wall = {0};
    wall_set(&wall, 0, today, false);
    wall_set(&wall, second, today + (int64_t)second + by_ns, true);
    int64_t before = wall_at(&wall, second);
    CHECK(before == today + (int64_t)second);
    for (uint64_t at = second + 1; at < 300 * second; at += 7919 * 1000) {
        const int64_t now = wall_at(&wall, at), error = now - (today + (int64_t)at);
        CHECK(now > before);
        CHECK(by_ns > 0 ? error >= 0 && error <= by_ns : error <= 0 && error >= by_ns);
        before = now;
    }
    CHECK(wall_at(&wall, 101 * second) == today + (int64_t)(101 * second) + by_ns / 2);
    CHECK(wall_at(&wall, 201 * second) == today + (int64_t)(201 * second) + by_ns);
    CHECK(wall_at(&wall, 9999 * second) == today + (int64_t)(9999 * second) + by_ns);
}

static void a_slew_takes_the_place_of_the_last(void) {
    struct wall wall = {0};
    wall_set(&wall, 0, today, false);
    wall_set(&wall, 0, today + 100 * MS, true);
    const int64_t half = wall_at(&wall, 100 * second);
    CHECK(half == today + (int64_t)(100 * second) + 50 * MS);
    wall_set(&wall, 100 * second, half, true);
    CHECK(wall_at(&wall, 100 * second) == half);
    CHECK(wall_at(&wall, 200 * second) == half + (int64_t)(100 * second));
}

int main(void) {
    set_it_is_what_it_was_set_to_at_once();
    unknown_it_is_not_slewed();
    slewed_it_gets_there_slowly_and_never_goes_back(100 * MS);
    slewed_it_gets_there_slowly_and_never_goes_back(-100 * MS);
    a_slew_takes_the_place_of_the_last();
    return 0;
}
