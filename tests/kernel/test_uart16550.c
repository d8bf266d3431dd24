/* sources: drivers/uart16550.c core/input.c */
/* The driver on a model of its chip, which does as QEMU 7.2's hw/char/serial.c does: no byte is lost, whatever comes
 * when. */
#include "drivers/uart16550.h"

#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/port.h"

enum { COM1 = 0x3f8, ENABLE = COM1 + 1, IDENTITY = COM1 + 2, LINE = COM1 + 5, MODEM = COM1 + 4 };
enum { FIFO = 16, TRIGGER = 14, READY = 1, OVERRUN = 2, BREAK = 16, THR_EMPTY = 0x60, LINE_INTERRUPT = 4, NONE = 1 };
enum { BYTES = 200000, SEED = 7 };

/* The chip. */

static uint8_t fifo[FIFO];
static unsigned count;
static uint8_t line_status = THR_EMPTY, enabled, control;
static bool loopback, fifo_on, interrupts_on, line_up, waiting;

/* The sender: bytes that are never zero, and breaks between them. */

static uint32_t sent;
static unsigned breaks_sent, breaks_seen;

static void (*handler)(void *);
static void *handler_argument;

static uint8_t byte_number(uint32_t index) {
    return (uint8_t)(index % 255 + 1);
}

static void update_line(void) {
    const bool now = ((enabled & LINE_INTERRUPT) && (line_status & (BREAK | OVERRUN))) ||
                     ((enabled & READY) && (line_status & READY));
    waiting |= now && !line_up;
    line_up = now;
}

static void push(uint8_t byte) {
    if (count < FIFO) {
        fifo[count++] = byte;
    } else {
        line_status |= OVERRUN;
    }
    line_status |= READY;
}

static void sender_acts(void) {
    if (loopback) {
        return;
    }
    const unsigned limit = fifo_on ? count == TRIGGER ? 0 : FIFO : 1;
    if (sent < BYTES && count < limit && rand() % 3 != 0) {
        push(byte_number(sent++));
    }
    if (fifo_on && !(line_status & BREAK) && rand() % 400 == 0) { /* no faster than they are noticed */
        push(0);
        line_status |= BREAK;
        breaks_sent++;
    }
    update_line();
}

static void processor_looks(void) {
    while (interrupts_on && waiting) {
        waiting = false;
        interrupts_on = false;
        handler(handler_argument);
        interrupts_on = true;
    }
}

uint8_t port_read8(uint16_t port) {
    uint8_t value = 0;
    if (port == COM1) {
        value = count > 0 ? fifo[0] : 0;
        if (count > 0) {
            memmove(fifo, fifo + 1, --count);
        }
        line_status &= count == 0 ? (uint8_t)~(READY | BREAK) : 0xff;
    } else if (port == LINE) {
        value = line_status;
        line_status &= (uint8_t)~(BREAK | OVERRUN);
    } else if (port == IDENTITY) {
        value = line_up ? 0 : NONE;
    }
    update_line();
    sender_acts();
    return value;
}

void port_write8(uint16_t port, uint8_t value) {
    if (port == ENABLE && !(control & 0x80)) {
        enabled = value;
    } else if (port == IDENTITY && (value & 1) != fifo_on) {
        fifo_on = value & 1;
        count = 0; /* as the chip does */
        line_status &= (uint8_t)~(READY | BREAK);
    } else if (port == MODEM) {
        loopback = value & 0x10;
    } else if (port == COM1 + 3) {
        control = value;
    }
    update_line();
}

/* The kernel around the driver. */

bool arch_interrupts_off(void) {
    const bool on = interrupts_on;
    interrupts_on = false;
    return on;
}

void arch_interrupts_restore(bool on) {
    interrupts_on = on;
    processor_looks();
}

int arch_interrupt_attach(unsigned pin, void (*called)(void *), void *argument) {
    CHECK(pin == 4);
    handler = called;
    handler_argument = argument;
    return 0;
}

void wait_wake(void) {
}

static void notify(void) {
    breaks_seen++;
}

int main(void) {
    srand(SEED);
    struct device device = {.name = "uart16550", .driver = &uart16550_driver};
    const struct console_operations *console = uart16550_driver.operations;
    CHECK(uart16550_driver.init(&device) == 0);
    arch_interrupts_restore(true);
    console->set_interrupt(&device, -1, notify);

    uint8_t bytes[600];
    uint32_t received = 0;
    while (received < BYTES) {
        for (int idle = rand() % 3000; idle > 0; idle--) {
            sender_acts();
            processor_looks();
        }
        if (rand() % 4 == 0) {
            console->write(&device, bytes, (size_t)rand() % 100);
        }
        size_t length = console->read(&device, bytes, 1 + (size_t)rand() % sizeof bytes);
        for (size_t i = 0; i < length; i++) {
            CHECK(bytes[i] == byte_number(received++));
        }
        CHECK(length > 0 || sent < BYTES || received == BYTES);
    }
    while (line_status & BREAK) {
        processor_looks();
    }
    CHECK(breaks_seen > 0 && breaks_seen <= breaks_sent);
    CHECK(sent == BYTES && !console->readable(&device));
    return 0;
}
