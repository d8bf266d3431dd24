/* Days of the Gregorian calendar. */
#pragma once

#include <stdint.h>

/* Seconds from 1970-01-01 to the beginning of that day, UTC. Month and day count from 1. */
int64_t calendar_seconds(int year, int month, int day);

struct calendar_day {
    int year, month, day;
};

/* The day, UTC, of that second since 1970-01-01; not before that. */
struct calendar_day calendar_day_of(int64_t seconds);
