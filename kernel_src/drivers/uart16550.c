/*
 * The serial port of a PC, at COM1.
 *
 * Promised by the hardware: National Semiconductor PC16550D (1995), section 8. Input waits in a FIFO of 16 bytes and
 * raises the line when 14 have come, or when fewer stand for four characters' time; the line falls when all is read.
 * Output: when THRE is set, 16 bytes fit. A break sets BI and comes as a null byte, which is taken out of the input.
 *
 * Input never overruns: when the ring is full the driver leaves bytes in the FIFO and turns the input interrupt off;
 * the sender (QEMU) then holds back. Reading from the ring turns it on again. A break is noticed even then, for the
 * line-status interrupt stays on.
 */
#include "uart16550.h"

#include <stdint.h>

#include "core/arch.h"
#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/input.h"
#include "unikernel/port.h"
#include "unikernel/wait.h"

/* Registers, section 8.0. */
enum {
    COM1 = 0x3f8,
    COM1_PIN = 4, /* of the I/O APIC */

    RBR = COM1 + 0, /* receiver buffer, read */
    THR = COM1 + 0, /* transmitter holding, write */
    DLL = COM1 + 0, /* divisor, while DLAB */
    DLM = COM1 + 1,
    IER = COM1 + 1,
    IIR = COM1 + 2, /* read */
    FCR = COM1 + 2, /* write */
    LCR = COM1 + 3,
    MCR = COM1 + 4,
    LSR = COM1 + 5,

    IER_DATA = 0x01,
    IER_LINE_STATUS = 0x04,
    IIR_NONE = 0x01, /* nothing is pending */
    FCR_ENABLE = 0x01,
    FCR_TRIGGER_14 = 0xc0,
    LCR_8N1 = 0x03,
    LCR_DLAB = 0x80,
    MCR_LOOPBACK = 0x10,
    MCR_DTR_RTS_OUT2 = 0x0b, /* OUT2 lets the line through */
    LSR_DATA = 0x01,
    LSR_OVERRUN = 0x02,
    LSR_BREAK = 0x10,
    LSR_THR_EMPTY = 0x20,

    DIVISOR_115200 = 1,
    FIFO_BYTES = 16,
};

enum { RESUME_BYTES = INPUT_BYTES / 2 };

static struct input input;

static volatile bool held; /* the ring was full when the interrupt looked last: bytes wait in the FIFO, and only the
                              reader can fetch them */

/* Null bytes of breaks that wait in the FIFO. A UART tells a break when its byte is the first there; QEMU tells it at
 * once and puts the byte last, so among null bytes of the sender's the wrong one is taken for it. Of breaks that come
 * faster than they are noticed, one counts: the others leave their null bytes in the input. */
static uint32_t break_bytes;

static void break_noticed(uint8_t status) {
    const bool on = arch_interrupts_off();
    if (!(status & LSR_OVERRUN)) {
        break_bytes++;
    }
    input_interrupt(&input);
    arch_interrupts_restore(on);
}

/* Reads the line status, which forgets a break once it is read: so all who read it come here. */
static inline uint8_t line_status(void) {
    const uint8_t status = port_read8(LSR);
    if (status & LSR_BREAK) {
        break_noticed(status);
    }
    return status;
}

/* Takes what has come, as far as the ring has room. From the interrupt, or with interrupts off. */
static void receive(void) {
    for (;;) {
        const uint8_t status = line_status();
        if (!(status & LSR_DATA)) {
            break_bytes = 0;
            break;
        }
        if (input_room(&input) == 0) {
            break;
        }
        const uint8_t byte = port_read8(RBR);
        if (byte == 0 && break_bytes > 0) {
            break_bytes--;
        } else {
            input_keep(&input, byte);
        }
    }
    held = input_room(&input) == 0;
    port_write8(IER, held ? IER_LINE_STATUS : IER_DATA | IER_LINE_STATUS);
}

/* Until nothing is pending: the line must fall, for only its rise is noticed. */
static void interrupted(void *self) {
    (void)self;
    do {
        receive();
    } while (!(port_read8(IIR) & IIR_NONE));
    wait_wake();
}

static int init(struct device *self) {
    port_write8(LCR, LCR_DLAB | LCR_8N1);
    port_write8(DLL, DIVISOR_115200);
    port_write8(DLM, 0);
    port_write8(LCR, LCR_8N1);
    arch_interrupt_attach(COM1_PIN, interrupted, self);
    /* Enabling the FIFO drops a byte that has come, and a sender that waits gives the next one as soon as one is read.
     * So this is done in loopback, during which QEMU does not ask the sender for more, and without a branch (an
     * emulator translates what follows a branch, which takes longer than a byte). Reading once more afterwards asks
     * again. */
    port_write8(MCR, MCR_LOOPBACK);
    uint8_t status = port_read8(LSR);
    uint8_t early = port_read8(RBR);
    port_write8(FCR, FCR_ENABLE | FCR_TRIGGER_14);
    port_write8(MCR, MCR_DTR_RTS_OUT2);
    if (status & LSR_DATA) {
        input_keep(&input, early);
    }
    if (!(line_status() & LSR_DATA)) {
        (void)port_read8(RBR);
    }
    receive(); /* turns the interrupts on, too */
    return 0;
}

static void write(struct device *self, const void *bytes, size_t length) {
    (void)self;
    const uint8_t *byte = bytes;
    while (length > 0) {
        while (!(line_status() & LSR_THR_EMPTY)) {
        }
        for (int room = FIFO_BYTES; room > 0 && length > 0; room--, length--) {
            port_write8(THR, *byte++);
        }
    }
}

static bool readable(struct device *self) {
    (void)self;
    return input_waiting(&input) > 0;
}

static size_t read(struct device *self, void *bytes, size_t length) {
    (void)self;
    const size_t count = input_read(&input, bytes, length);
    if (held && input_waiting(&input) <= RESUME_BYTES) {
        const bool on = arch_interrupts_off();
        receive();
        arch_interrupts_restore(on);
    }
    return count;
}

static void set_interrupt(struct device *self, int character, void (*notify)(void)) {
    (void)self;
    input_set_interrupt(&input, character, notify);
}

static const struct console_operations operations = {
    .write = write,
    .read = read,
    .readable = readable,
    .set_interrupt = set_interrupt,
};

const struct driver uart16550_driver = {
    .class_name = "Uart16550",
    .provides = INTERFACE_CONSOLE,
    .operations = &operations,
    .init = init,
};
