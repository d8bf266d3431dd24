/*
 * KeyboardInterrupt, and SystemExit where the host asks for an end in order. The console calls from interrupt context,
 * so this file is compiled without vector registers, allocates nothing, and only notes: the virtual machine of the
 * runtime looks at what is pending between two bytecodes.
 */
#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"
#include "shared/runtime/interrupt_char.h"
#include "unikernel/background.h"
#include "unikernel/console.h"
#include "unikernel/control.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

#include "port.h"

#include "core/arch.h" /* last: it makes noreturn a word that upstream uses otherwise */

static volatile bool running; /* Python runs, as opposed to the prompt reading a line */
static volatile bool typed;   /* a break came while the prompt was reading */

static bool shutdown_wanted(void) {
    struct device *control = device_providing(INTERFACE_CONTROL);
    return control != NULL &&
           ((const struct control_operations *)control->driver->operations)->shutdown_wanted(control);
}

static void interrupted(void) {
    if (shutdown_wanted()) {
        if (!running) {
            machine_exit(ABI_EXIT_STATUS, 0); /* a prompt that waits has nothing to end in order */
        }
        /* The one exception that needs no memory now becomes another; there will be no further interrupt. */
        MP_STATE_VM(mp_kbd_exception).base.type = &mp_type_SystemExit;
    }
    if (running) {
        MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception));
        MP_STATE_VM(mp_kbd_exception).traceback_data = NULL;
        if (MP_STATE_VM(sched_state) == MP_SCHED_IDLE) {
            MP_STATE_VM(sched_state) = MP_SCHED_PENDING;
        }
    } else {
        typed = true;
    }
    wait_wake();
}

uintptr_t interrupt_hold(void) {
    return arch_interrupts_off();
}

void interrupt_release(uintptr_t held) {
    arch_interrupts_restore(held);
}

/* The network goes on between two bytecodes. */
static void background_task(mp_sched_node_t *node) {
    (void)node;
    if (background_work()) {
        wait_wake(); /* whoever has looked already, and would wait now, looks again */
    }
}

void interrupt_schedule_background(void) {
    static mp_sched_node_t node;
    mp_sched_schedule_node(&node, background_task);
}

/* micropython.kbd_intr(-1) lets every byte through; a break is not a byte and still interrupts. */
void mp_hal_set_interrupt_char(int character) {
    console_set_interrupt(character, interrupted);
}

void interrupt_run_begins(void) {
    typed = false;
    running = true;
}

void interrupt_run_ended(void) {
    running = false;
    MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
}

bool interrupt_typed(void) {
    return typed;
}

bool interrupt_take_typed(void) {
    bool was = typed;
    typed = false;
    return was;
}
