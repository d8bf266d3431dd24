/* How the machine ends. */
#include "unikernel/machine.h"

#include "arch.h"
#include "panic.h"
#include "records.h"
#include "unikernel/clock.h"
#include "unikernel/trace.h"

noreturn void machine_exit(enum abi_exit_kind kind, int32_t status) {
    arch_interrupts_off();
    (void)clock_monotonic_ns(); /* measures the counter's rate, by which the host reads the trace */
    trace_phase("end");
    records.exit.status = status;
    __atomic_store_n(&records.exit.kind, (uint32_t)kind, __ATOMIC_RELEASE);
    arch_power_off();
}

noreturn void machine_panic(enum abi_panic_cause cause, const char *message) {
    struct panic_context context = {.cause = cause, .message = message};
    context.registers[REGISTER_RSP] = (uintptr_t)__builtin_frame_address(0);
    context.registers[REGISTER_RIP] = (uintptr_t)__builtin_return_address(0);
    panic_report(&context);
}

/* Called by the compiler's code where a function finds its canary changed. */
noreturn void __stack_chk_fail(void);
noreturn void __stack_chk_fail(void) {
    struct panic_context context = {.cause = ABI_PANIC_STACK_SMASHED, .message = "a function returned over a changed canary"};
    context.registers[REGISTER_RSP] = (uintptr_t)__builtin_frame_address(0);
    context.registers[REGISTER_RIP] = (uintptr_t)__builtin_return_address(0);
    panic_report(&context);
}
