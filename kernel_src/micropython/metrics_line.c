/*
 * The line of JSON that metrics.c gives:
 *
 *   {"uptime_s": 1.5, "heap": {"bytes": …, "used": …, "free": …, "high": …, "collections": …},
 *    "devices": {"data": {"reads": …}},                                    counted by metrics_count.c
 *    "queues": {"data": [{"size": 4, "in_flight": 0, "high": 1}]},         of each device that holds virtqueues
 *    "network": {"packets_in": …}, "pools": {"connections": {"size": …, "used": …, "high": …, "failed": …}}}
 *                                                                          where there is an Ip device
 */
#include "metrics_line.h"

#include <string.h>

#include "py/gc.h"
#include "py/mpprint.h"
#include "unikernel/clock.h"
#include "unikernel/ip.h"
#include "unikernel/memory.h"
#include "unikernel/virtq.h"

#include "metrics_count.h"
#include "port.h"

enum { DIGITS = 20, DECIMAL = 10, US_DIGITS = 6, US_PER_SECOND = 1000000, NS_PER_US = 1000 };

/* The heap. What is used grows from one collection to the next, so it is highest before one, or now. */

static uint64_t heap_high, collections;

static size_t heap_used(void) {
    gc_info_t heap;
    gc_info(&heap);
    heap_high = heap.used > heap_high ? heap.used : heap_high;
    return heap.used;
}

void metrics_collection(void) {
    heap_used();
    collections++;
}

/* The pieces of the line. */

static void put_text(const mp_print_t *to, const char *text) {
    to->print_strn(to->data, text, strlen(text));
}

static void put_number(const mp_print_t *to, uint64_t number, int least_digits) {
    char digits[DIGITS];
    int at = DIGITS;
    for (int i = 0; i < least_digits || number > 0; i++, number /= DECIMAL) {
        digits[--at] = '0' + number % DECIMAL;
    }
    to->print_strn(to->data, digits + at, DIGITS - at);
}

static void put_name(const mp_print_t *to, const char *before, const char *name) {
    put_text(to, before);
    put_text(to, "\"");
    put_text(to, name);
    put_text(to, "\": ");
}

static void put_field(const mp_print_t *to, const char *before, const char *name, uint64_t value) {
    put_name(to, before, name);
    put_number(to, value, 1);
}

/* What is said of a device; false: nothing is. */

static bool put_counters(const mp_print_t *to, const char *before, struct device *device) {
    const uint64_t *counters = counters_of(device);
    if (counters == NULL) {
        return false;
    }
    put_name(to, before, device->name);
    before = "{";
    for (int i = 0; i < COUNTERS; i++) {
        if (counters[i] > 0) {
            put_field(to, before, counter_names[i], counters[i]);
            before = ", ";
        }
    }
    put_text(to, *before == '{' ? "{}" : "}");
    return true;
}

static bool put_queues(const mp_print_t *to, const char *before, struct device *device) {
    if (device->driver->queue == NULL || device->status != DEVICE_UP) {
        return false;
    }
    put_name(to, before, device->name);
    put_text(to, "[");
    const struct virtq *queue;
    for (uint16_t i = 0; (queue = device->driver->queue(device, i)) != NULL; i++) {
        put_field(to, i == 0 ? "{" : ", {", "size", queue->size);
        put_field(to, ", ", "in_flight", virtq_in_flight(queue));
        put_field(to, ", ", "high", queue->most_in_flight);
        put_text(to, "}");
    }
    put_text(to, "]");
    return true;
}

static void put_devices(const mp_print_t *to, bool (*put)(const mp_print_t *, const char *, struct device *)) {
    const char *before = "";
    for (struct device *const *each = devices; *each != NULL; each++) {
        before = put(to, before, *each) ? ", " : before;
    }
}

/* All Ip devices are one lwIP's. */
static void put_network(const mp_print_t *to) {
    struct device *ip = device_providing(INTERFACE_IP);
    if (ip == NULL) {
        return;
    }
    const struct ip_operations *on = ip->driver->operations;
    const char *before = ", \"network\": {", *name;
    uint64_t value;
    for (unsigned i = 0; on->count(i, &name, &value); i++, before = ", ") {
        put_field(to, before, name, value);
    }
    before = "}, \"pools\": {";
    struct ip_pool pool;
    for (unsigned i = 0; on->pool(i, &pool); i++, before = ", ") {
        put_name(to, before, pool.name);
        put_field(to, "{", "size", pool.size);
        put_field(to, ", ", "used", pool.used);
        put_field(to, ", ", "high", pool.most);
        put_field(to, ", ", "failed", pool.failed);
        put_text(to, "}");
    }
    put_text(to, "}");
}

void metrics_put(struct device *self, void (*piece)(void *, const char *, size_t), void *data) {
    const mp_print_t to = {data, piece};
    const uint64_t us = clock_monotonic_ns() / NS_PER_US, total = memory_heap().bytes, used = heap_used();
    put_text(&to, "{\"uptime_s\": ");
    put_number(&to, us / US_PER_SECOND, 1);
    put_text(&to, ".");
    put_number(&to, us % US_PER_SECOND, US_DIGITS);
    put_field(&to, ", \"heap\": {", "bytes", total);
    put_field(&to, ", ", "used", used);
    put_field(&to, ", ", "free", total - used);
    put_field(&to, ", ", "high", heap_high);
    put_field(&to, ", ", "collections", collections);
    put_text(&to, "}, \"devices\": {");
    put_devices(&to, put_counters);
    put_text(&to, "}, \"queues\": {");
    put_devices(&to, put_queues);
    put_text(&to, "}");
    put_network(&to);
    put_text(&to, "}");
}
