/* Days of the Gregorian calendar: a year that begins in March has its leap day last, so no month needs a table. */
#include "calendar.h"

enum { SECONDS_PER_DAY = 86400, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

int64_t calendar_seconds(int year, int month, int day) {
    const int64_t y = month > 2 ? year : year - 1;
    const int64_t m = month > 2 ? month - 3 : month + 9;
    const int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return (days - DAYS_TO_1970) * SECONDS_PER_DAY;
}
