/* The boot, after the entry: memory, processor, devices, app. */
#include "start.h"

#include "arch.h"
#include "memory.h"
#include "records.h"
#include "trace.h"
#include "unikernel/background.h"
#include "unikernel/device.h"
#include "unikernel/machine.h"
#include "unikernel/trace.h"

extern uint64_t entry_ticks; /* stamped at the first instruction */

noreturn void kernel_start(const struct start_info *info) {
    records.magic = ABI_RECORDS_MAGIC;
    records.version = ABI_VERSION;
    records.bytes = sizeof records;
    trace_phase_at("entry", entry_ticks);
    arch_init();
    memory_init(info);
    trace_phase("core");
    device_start_all();
    memory_close();
    records.listening = 1;
    arch_interrupts_on();
    const int status = app_main();
    background_finish();
    machine_exit(ABI_EXIT_STATUS, status);
}
