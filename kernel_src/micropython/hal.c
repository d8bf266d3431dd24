/* The runtime's view of the machine: bytes of the console, waiting, time. */
#include <string.h>

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "unikernel/background.h"
#include "unikernel/clock.h"
#include "unikernel/console.h"
#include "unikernel/trace.h"
#include "unikernel/wait.h"

#include "port.h"

enum { NS_PER_US = 1000, NS_PER_MS = 1000000, CONTROL_C = 3 };

/* Console. */

static bool line_traced;

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t length) {
    if (!line_traced) {
        line_traced = true;
        trace_phase("line");
    }
    console_write(text, length);
    return length;
}

void mp_hal_stdout_tx_strn_cooked(const char *text, size_t length) {
    const char *end = text + length;
    while (text < end) {
        const char *start = text;
        while (text < end && *text != '\n') {
            text++;
        }
        mp_hal_stdout_tx_strn(start, text - start);
        if (text < end) {
            mp_hal_stdout_tx_strn("\r\n", 2);
            text++;
        }
    }
}

void mp_hal_stdout_tx_str(const char *text) {
    mp_hal_stdout_tx_strn(text, strlen(text));
}

bool hal_readable(void) {
    return interrupt_typed() || console_readable();
}

size_t hal_read(void *bytes, size_t length) {
    if (length > 0 && interrupt_take_typed()) {
        *(char *)bytes = CONTROL_C;
        return 1;
    }
    return console_read(bytes, length);
}

int mp_hal_stdin_rx_chr(void) {
    unsigned char byte;
    while (hal_read(&byte, 1) == 0) {
        mp_event_wait_indefinite();
    }
    return byte;
}

uintptr_t mp_hal_stdio_poll(uintptr_t wanted) {
    uintptr_t ready = wanted & MP_STREAM_POLL_WR;
    if ((wanted & MP_STREAM_POLL_RD) && hal_readable()) {
        ready |= MP_STREAM_POLL_RD;
    }
    return ready;
}

/* Waiting: between the look and the halt nothing is lost, because wait_until returns at once when an event was noted
 * since. */

static void sleep_until(uint64_t deadline_ns) {
    if (background_work()) {
        return; /* perhaps there is now what the caller waits for */
    }
    const bool time_may_pass = deadline_ns != WAIT_FOREVER; /* at once, where that need not be waited for */
    const uint64_t background_ns = background_due_ns();
    deadline_ns = background_ns < deadline_ns ? background_ns : deadline_ns;
    if (metrics_due != NULL) {
        const uint64_t due_ns = metrics_due();
        deadline_ns = due_ns < deadline_ns ? due_ns : deadline_ns;
    }
    if (!time_may_pass || !clock_pass(deadline_ns)) {
        wait_until(deadline_ns);
        (void)background_work();
    }
}

void hal_wait_ms(int64_t timeout_ms) {
    sleep_until(timeout_ms < 0 ? WAIT_FOREVER : clock_monotonic_ns() + (uint64_t)timeout_ms * NS_PER_MS);
}

static void delay_ns(uint64_t ns) {
    hal_clock_required();
    uint64_t end = clock_monotonic_ns() + ns;
    do {
        mp_handle_pending(true);
        sleep_until(end);
    } while (clock_monotonic_ns() < end);
    mp_handle_pending(true);
}

void mp_hal_delay_ms(mp_uint_t ms) {
    delay_ns((uint64_t)ms * NS_PER_MS);
}
void mp_hal_delay_us(mp_uint_t us) {
    delay_ns((uint64_t)us * NS_PER_US);
}

/* Time. */

mp_uint_t mp_hal_ticks_ms(void) {
    return clock_monotonic_ns() / NS_PER_MS;
}
mp_uint_t mp_hal_ticks_us(void) {
    return clock_monotonic_ns() / NS_PER_US;
}
mp_uint_t mp_hal_ticks_cpu(void) {
    return clock_ticks();
}

void hal_clock_required(void) {
    if (device_providing(INTERFACE_CLOCK) == NULL) {
        mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("this stack has no clock: add a Clock device such as TscClock"));
    }
}

uint64_t mp_hal_time_ns(void) {
    hal_clock_required();
    int64_t ns = clock_wall_ns();
    if (ns < 0) {
        mp_raise_OSError(-(int)ns);
    }
    return ns;
}
