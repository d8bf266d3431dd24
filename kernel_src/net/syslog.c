/*
 * Lines of the log to a server: RFC 5424, one a datagram (RFC 5426). Before the machine has an address they are lost,
 * as any datagram may be. With a third requirement, another Log, each line goes there first.
 */
#include "syslog.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lwip/ip_addr.h"
#include "lwip/udp.h"
#include "offers.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/log.h"

#include "core/calendar.h"

enum {
    UDP,
    CLOCK,
    BELOW, /* there, or the end */

    LINE_BYTES = 1400, /* one frame; a receiver must take 480, and should take 2048: section 6.1 */
    SOURCE_BYTES = 48, /* APP-NAME, section 6 */
    SEVERITIES = 8,
    DECIMAL = 10,
    NS_PER_US = 1000,
    NS_PER_SECOND = 1000000000,
    SECONDS_PER_MINUTE = 60,
    MINUTES_PER_HOUR = 60,
    HOURS_PER_DAY = 24,
    YEAR_DIGITS = 4,
    US_DIGITS = 6,
    FIRST_PRINTABLE = 33,
    LAST_PRINTABLE = 126,
};

static const uint8_t severities[LOG_LEVELS] = {[LOG_ERROR] = 3, [LOG_WARNING] = 4, [LOG_INFO] = 6, [LOG_DEBUG] = 7};

struct line {
    char bytes[LINE_BYTES];
    size_t length;
};

static struct udp_pcb *pcb;
static ip_addr_t server;

static void put(struct line *line, char c) {
    if (line->length < LINE_BYTES) {
        line->bytes[line->length++] = c;
    }
}

static void put_text(struct line *line, const char *text) {
    for (; *text != 0; text++) {
        put(line, *text);
    }
}

static void put_number(struct line *line, uint64_t number, int least_digits) {
    if (least_digits > 1 || number >= DECIMAL) {
        put_number(line, number / DECIMAL, least_digits - 1);
    }
    put(line, (char)('0' + number % DECIMAL));
}

/* "2026-11-26T17:55:09.123456Z", or "-" where nobody knows the time. Section 6.2.3. */
static void put_time(struct line *line, int64_t wall_ns) {
    if (wall_ns < 0) {
        put(line, '-');
        return;
    }
    const int64_t seconds = wall_ns / NS_PER_SECOND, minutes = seconds / SECONDS_PER_MINUTE;
    const struct calendar_day day = calendar_day_of(seconds);
    put_number(line, (uint64_t)day.year, YEAR_DIGITS);
    put(line, '-');
    put_number(line, (uint64_t)day.month, 2);
    put(line, '-');
    put_number(line, (uint64_t)day.day, 2);
    put(line, 'T');
    put_number(line, (uint64_t)(minutes / MINUTES_PER_HOUR % HOURS_PER_DAY), 2);
    put(line, ':');
    put_number(line, (uint64_t)(minutes % MINUTES_PER_HOUR), 2);
    put(line, ':');
    put_number(line, (uint64_t)(seconds % SECONDS_PER_MINUTE), 2);
    put(line, '.');
    put_number(line, (uint64_t)(wall_ns % NS_PER_SECOND / NS_PER_US), US_DIGITS);
    put(line, 'Z');
}

/* What a field without spaces cannot hold stands there as '_'. */
static void put_source(struct line *line, const char *source) {
    if (*source == 0) {
        put(line, '-');
    }
    for (size_t i = 0; i < SOURCE_BYTES && source[i] != 0; i++) {
        put(line, source[i] >= FIRST_PRINTABLE && source[i] <= LAST_PRINTABLE ? source[i] : '_');
    }
}

/* UTF-8 is announced by its mark: section 6.4. */
static void put_message(struct line *line, const char *text) {
    for (const char *at = text; *at != 0; at++) {
        if (*at < 0) {
            put_text(line, "\xef\xbb\xbf");
            break;
        }
    }
    put_text(line, text);
}

static void send(const struct line *line, u16_t port) {
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, (u16_t)line->length, PBUF_RAM);
    if (packet != NULL) {
        pbuf_take(packet, line->bytes, (u16_t)line->length);
        (void)udp_sendto(pcb, packet, &server, port); /* a datagram may be lost */
        pbuf_free(packet);
    }
}

static void write_line(struct device *self, enum log_level level, const char *source, const char *text) {
    static struct line line; /* one at a time: this is no interrupt's */
    const struct syslog_parameters *parameters = self->parameters;
    struct device *clock = self->requirements[CLOCK], *below = self->requirements[BELOW];
    if (below != NULL && below->status == DEVICE_UP) {
        ((const struct log_operations *)below->driver->operations)->line(below, level, source, text);
    }
    if ((int)level > log_level_named(parameters->level, strlen(parameters->level))) {
        return;
    }
    line.length = 0;
    put(&line, '<');
    put_number(&line, (uint64_t)(parameters->facility * SEVERITIES + severities[level]), 1);
    put_text(&line, ">1 ");
    put_time(&line, ((const struct clock_operations *)clock->driver->operations)->wall_ns(clock));
    put(&line, ' ');
    put_text(&line, net_hostname(parameters->hostname));
    put(&line, ' ');
    put_source(&line, source);
    put_text(&line, " - - - "); /* no process, no kind of message, no structured data */
    put_message(&line, text);
    send(&line, (u16_t)parameters->port);
}

static int init(struct device *self) {
    const struct syslog_parameters *parameters = self->parameters;
    if (self->requirements[UDP]->status != DEVICE_UP) {
        return self->requirements[UDP]->status;
    }
    if (pcb != NULL) {
        return -EBUSY;
    }
    if (ipaddr_aton(parameters->server, &server) != 1) {
        return -EINVAL;
    }
    pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    return pcb == NULL ? -ENOMEM : 0;
}

static const struct log_operations operations = {.line = write_line};

const struct driver syslog_driver = {
    .class_name = "Syslog",
    .provides = INTERFACE_LOG,
    .operations = &operations,
    .init = init,
};
