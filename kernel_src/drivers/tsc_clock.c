/*
 * Time from the processor's time-stamp counter, which counts from the machine's start at a rate that nobody tells.
 * Intel SDM volume 3, section 18.17. Its rate is measured against the local APIC's timer, which counts nanoseconds: at
 * first use, over what has passed by then, and again whenever twice as much was watched; nothing waits for it. Wall
 * time: Motorola MC146818A (1984), read once, unless somebody knows better.
 */
#include "tsc_clock.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/arch.h"
#include "core/calendar.h"
#include "core/records.h"
#include "core/wall.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/port.h"

enum { NS_PER_SECOND = 1000000000, LEAST_TICKS = 1 << 16, SCALE_BITS = 32 };

/* Time is base_ns + (ticks - base_ticks) * scale / 2^32; a new scale moves the base, so that time never jumps. */
static uint64_t base_ns, base_ticks, scale;
static uint64_t next_ticks; /* when the rate is measured again; 0: at first use */

static int init(struct device *self) {
    (void)self;
    return 0;
}

static uint64_t scaled(uint64_t ticks) {
    return (uint64_t)((unsigned __int128)ticks * scale >> SCALE_BITS);
}

/* numerator * 2^bits / denominator by the processor's wide division; the result must fit in 64 bits. */
static uint64_t ratio(uint64_t numerator, uint64_t denominator, int bits) {
    uint64_t quotient = numerator << bits, rest = numerator >> (64 - bits);
    __asm__("divq %2" : "+a"(quotient), "+d"(rest) : "r"(denominator));
    return quotient;
}

/* The first measurement leaves the base at the machine's start, where time is 0. */
static void measure(uint64_t ticks) {
    const struct arch_reference watched = arch_reference();
    if (watched.ticks == 0 || watched.ns == 0) {
        return;
    }
    if (scale != 0) {
        base_ns += scaled(ticks - base_ticks);
        base_ticks = ticks;
    }
    scale = ratio(watched.ns, watched.ticks, SCALE_BITS);
    records.trace.ticks_per_second = ratio(NS_PER_SECOND, scale, SCALE_BITS);
    next_ticks = ticks + (watched.ticks > LEAST_TICKS ? watched.ticks : LEAST_TICKS);
}

static uint64_t monotonic_ns(struct device *self) {
    (void)self;
    const uint64_t ticks = arch_ticks();
    if (ticks >= next_ticks) {
        measure(ticks);
    }
    return base_ns + scaled(ticks - base_ticks);
}

/* The CMOS clock. MC146818A, pages 8 to 13; the century where PCs keep it. */

enum {
    CMOS_INDEX = 0x70,
    CMOS_DATA = 0x71,
    CMOS_STATUS_A = 0x0a,
    CMOS_STATUS_B = 0x0b,
    STATUS_A_UPDATING = 0x80,
    STATUS_B_BINARY = 0x04,
    STATUS_B_24_HOURS = 0x02,
    NOTHING = 0xff, /* what a port reads as where there is no clock */
    HOURS_PM = 0x80,
    HALF_DAY = 12,
    CENTURY = 100,
    SECONDS_PER_MINUTE = 60,
    SECONDS_PER_HOUR = 3600,
    DIGIT_BITS = 4,
    DIGIT_MASK = 15,
    DECIMAL = 10,
};

enum field { SECONDS, MINUTES, HOURS, DAY, MONTH, YEAR, CENTURIES, FIELD_COUNT };

static const uint8_t registers[FIELD_COUNT] = {
    [SECONDS] = 0x00, [MINUTES] = 0x02, [HOURS] = 0x04, [DAY] = 0x07, [MONTH] = 0x08, [YEAR] = 0x09, [CENTURIES] = 0x32,
};

static uint8_t cmos(uint8_t index) {
    port_write8(CMOS_INDEX, index);
    return port_read8(CMOS_DATA);
}

static void cmos_fields(uint8_t *fields) {
    for (int i = 0; i < FIELD_COUNT; i++) {
        fields[i] = cmos(registers[i]);
    }
}

/* The same twice and no update going on: an update between two registers does not matter. */
static bool cmos_settled(uint8_t *fields) {
    uint8_t again[FIELD_COUNT];
    const bool updating = cmos(CMOS_STATUS_A) & STATUS_A_UPDATING;
    cmos_fields(fields);
    cmos_fields(again);
    bool same = !updating;
    for (int i = 0; i < FIELD_COUNT; i++) {
        same = same && fields[i] == again[i];
    }
    return same;
}

static int decimal(uint8_t value, uint8_t status_b) {
    return status_b & STATUS_B_BINARY ? value : (value >> DIGIT_BITS) * DECIMAL + (value & DIGIT_MASK);
}

static int hours_of(uint8_t value, uint8_t status_b) {
    if (status_b & STATUS_B_24_HOURS) {
        return decimal(value, status_b);
    }
    const int hours = decimal(value & (uint8_t)~HOURS_PM, status_b) % HALF_DAY;
    return value & HOURS_PM ? hours + HALF_DAY : hours;
}

/* Seconds since 1970, or -ENODEV. */
static int64_t cmos_seconds(void) {
    uint8_t fields[FIELD_COUNT];
    const uint8_t b = cmos(CMOS_STATUS_B);
    if (b == NOTHING) {
        return -ENODEV;
    }
    while (!cmos_settled(fields)) {
    }
    const int year = decimal(fields[CENTURIES], b) * CENTURY + decimal(fields[YEAR], b);
    return calendar_seconds(year, decimal(fields[MONTH], b), decimal(fields[DAY], b)) +
           hours_of(fields[HOURS], b) * SECONDS_PER_HOUR + decimal(fields[MINUTES], b) * SECONDS_PER_MINUTE +
           decimal(fields[SECONDS], b);
}

static struct wall wall;

/* The CMOS clock is read at first use: no boot waits for it. */
static int know_wall(struct device *self) {
    if (!wall.known) {
        const int64_t seconds = cmos_seconds();
        if (seconds < 0) {
            return (int)seconds;
        }
        wall_set(&wall, monotonic_ns(self), seconds * NS_PER_SECOND, false);
    }
    return 0;
}

static int64_t wall_ns(struct device *self) {
    const int error = know_wall(self);
    return error != 0 ? error : wall_at(&wall, monotonic_ns(self));
}

static void set_wall(struct device *self, int64_t wanted_ns, bool slew) {
    if (slew) {
        (void)know_wall(self); /* unknown, it is set at once */
    }
    wall_set(&wall, monotonic_ns(self), wanted_ns, slew);
}

static const struct clock_operations operations = {
    .monotonic_ns = monotonic_ns,
    .wall_ns = wall_ns,
    .set_wall = set_wall,
};

const struct driver tsc_clock_driver = {
    .class_name = "TscClock",
    .provides = INTERFACE_CLOCK,
    .operations = &operations,
    .init = init,
};
