/* sources: core/calendar.c */
#include "core/calendar.h"

#include "check.h"

enum { DAY = 86400 };

int main(void) {
    CHECK(calendar_seconds(1970, 1, 1) == 0);
    CHECK(calendar_seconds(1970, 3, 1) == 59 * DAY);
    CHECK(calendar_seconds(1969, 12, 31) == -DAY);
    CHECK(calendar_seconds(2000, 2, 29) == 951782400);
    CHECK(calendar_seconds(2000, 3, 1) - calendar_seconds(2000, 2, 28) == 2 * DAY);
    CHECK(calendar_seconds(2100, 3, 1) - calendar_seconds(2100, 2, 28) == DAY);
    CHECK(calendar_seconds(2024, 12, 31) == 1735603200);
    return 0;
}
