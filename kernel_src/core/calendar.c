/* Days of the Gregorian calendar: a year that begins in March has its leap day last, so no month needs a table. */
#include "calendar.h"

enum { SECONDS_PER_DAY = 86400, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

int64_t calendar_seconds(int year, int month, int day) {
    const int64_t y = month > 2 ? year : year - 1;
    const int64_t m = month > 2 ? month - 3 : month + 9;
    const int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
    return (days - DAYS_TO_1970) * SECONDS_PER_DAY;
}

struct calendar_day calendar_day_of(int64_t seconds) {
    const int64_t days = seconds / SECONDS_PER_DAY + DAYS_TO_1970;
    const int64_t era = days / 146097; /* of 400 years */
    const int64_t in_era = days % 146097;
    const int64_t y = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    const int64_t in_year = in_era - (365 * y + y / 4 - y / 100);
    const int64_t m = (5 * in_year + 2) / 153;
    const int month = (int)(m < 10 ? m + 3 : m - 9);
    return (struct calendar_day){
        .year = (int)(400 * era + y + (month <= 2)),
        .month = month,
        .day = (int)(in_year - (153 * m + 2) / 5 + 1),
    };
}
