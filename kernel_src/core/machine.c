/* How the machine ends. */
#include "unikernel/machine.h"

#include "arch.h"
#include "panic.h"
#include "records.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/trace.h"

noreturn void machine_exit(enum abi_exit_kind kind, int32_t status) {
    arch_interrupts_off();
    (void)clock_monotonic_ns(); /* measures the counter's rate, by which the host reads the trace */
    trace_phase("end");
    device_end_all();
    records.exit.status = status;
    __atomic_store_n(&records.exit.kind, (uint32_t)kind, __ATOMIC_RELEASE);
    arch_power_off();
}

/* The address told is within the call: what follows a call that does not return may be another function. */
static noreturn void report(enum abi_panic_cause cause, const char *message, const void *frame, const char *caller) {
    struct panic_context context = {.cause = cause, .message = message};
    context.registers[REGISTER_RSP] = (uintptr_t)frame;
    context.registers[REGISTER_RIP] = (uintptr_t)(caller - 1);
    panic_report(&context);
}

noreturn void machine_panic(enum abi_panic_cause cause, const char *message) {
    report(cause, message, __builtin_frame_address(0), __builtin_return_address(0));
}

/* Called by the compiler's code where a function finds its canary changed. */
noreturn void __stack_chk_fail(void);
noreturn void __stack_chk_fail(void) {
    report(ABI_PANIC_STACK_SMASHED, "a function found its canary changed", __builtin_frame_address(0),
           __builtin_return_address(0));
}
