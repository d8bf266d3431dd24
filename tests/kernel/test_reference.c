/* sources: core/reference.c */
#include "core/reference.h"

#include "check.h"

enum { MS = 1000000, RATE = 3 /* ticks in a nanosecond */ };

static const struct arch_reference nothing = {0, 0};
static const struct arch_reference ten_ms = {10 * MS * RATE, 10 * MS};

static void the_first_window_is_taken_as_it_is(void) {
    const struct arch_reference sum = reference_add(nothing, 300 * RATE, 300, UINT32_MAX, false);
    CHECK(sum.ticks == 300 * RATE && sum.ns == 300);
}

static void a_first_window_in_which_the_clock_ran_out_counts_with_its_period(void) {
    const struct arch_reference sum = reference_add(nothing, 4296 * (uint64_t)MS * RATE, 1 * MS, UINT32_MAX, true);
    CHECK(sum.ticks == 4296 * (uint64_t)MS * RATE && sum.ns == (1ull << 32) + 1 * MS);
}

static void a_window_that_fits_the_rate_counts(void) {
    const struct arch_reference sum = reference_add(ten_ms, 5 * MS * RATE, 5 * MS, UINT32_MAX, false);
    CHECK(sum.ticks == 15 * MS * RATE && sum.ns == 15 * MS);
}

static void a_clock_that_has_run_out_once_counts_with_its_period(void) {
    const struct arch_reference sum = reference_add(ten_ms, 5 * MS * RATE, 1 * MS, 4 * MS - 1, false);
    CHECK(sum.ticks == 15 * MS * RATE && sum.ns == 15 * MS);
}

static void a_clock_that_stands_before_where_it_was_has_run_out(void) {
    const struct arch_reference sum = reference_add(ten_ms, 3 * MS * RATE, (uint64_t)-MS, 4 * MS - 1, false);
    CHECK(sum.ticks == 13 * MS * RATE && sum.ns == 13 * MS);
}

static void a_clock_that_has_run_out_more_often_is_left_out(void) {
    const struct arch_reference sum = reference_add(ten_ms, 50 * MS * RATE, 2 * MS, 4 * MS - 1, false);
    CHECK(sum.ticks == ten_ms.ticks && sum.ns == ten_ms.ns);
}

static void what_is_too_short_to_tell_is_left_out(void) {
    const struct arch_reference sum = reference_add(ten_ms, 1000 * RATE, 1000, UINT32_MAX, false);
    CHECK(sum.ticks == ten_ms.ticks && sum.ns == ten_ms.ns);
}

static void years_of_watching_do_not_overflow(void) {
    const uint64_t years_ns = 10ull * 365 * 86400 * 1000 * MS;
    const struct arch_reference years = {years_ns * RATE, years_ns};
    const struct arch_reference sum = reference_add(years, 4000ull * MS * RATE, 4000ull * MS, UINT32_MAX, false);
    CHECK(sum.ns - years.ns == 4000ull * MS);
}

int main(void) {
    the_first_window_is_taken_as_it_is();
    a_first_window_in_which_the_clock_ran_out_counts_with_its_period();
    a_window_that_fits_the_rate_counts();
    a_clock_that_has_run_out_once_counts_with_its_period();
    a_clock_that_stands_before_where_it_was_has_run_out();
    a_clock_that_has_run_out_more_often_is_left_out();
    what_is_too_short_to_tell_is_left_out();
    years_of_watching_do_not_overflow();
    return 0;
}
