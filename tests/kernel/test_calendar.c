/* sources: core/calendar.c */
#include "core/calendar.h"

#include "check.h"

enum { DAY = 86400 };

static void every_day_is_itself(void) {
    struct calendar_day before = {1969, 12, 31};
    for (int64_t day = 0; day < 200000; day++) { /* to 2517 */
        const struct calendar_day now = calendar_day_of(day * DAY + DAY - 1);
        CHECK(calendar_seconds(now.year, now.month, now.day) == day * DAY);
        CHECK(now.day == before.day + 1 || (now.day == 1 && now.month == before.month % 12 + 1));
        CHECK(now.year == before.year + (before.month == 12 && now.month == 1));
        before = now;
    }
}

int main(void) {
    CHECK(calendar_seconds(1970, 1, 1) == 0);
    CHECK(calendar_seconds(1970, 3, 1) == 59 * DAY);
    CHECK(calendar_seconds(1969, 12, 31) == -DAY);
    CHECK(calendar_seconds(2000, 2, 29) == 951782400);
    CHECK(calendar_seconds(2000, 3, 1) - calendar_seconds(2000, 2, 28) == 2 * DAY);
    CHECK(calendar_seconds(2100, 3, 1) - calendar_seconds(2100, 2, 28) == DAY);
    CHECK(calendar_seconds(2024, 12, 31) == 1735603200);
    every_day_is_itself();
    return 0;
}
