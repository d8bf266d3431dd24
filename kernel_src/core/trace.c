/* Stamps in the records. The count goes up last, so that a host never reads a stamp half written. */
#include "unikernel/trace.h"

#include "arch.h"
#include "records.h"
#include "unikernel/clock.h"

uint64_t clock_ticks(void) {
    return arch_ticks();
}

static void stamp(enum abi_trace_kind kind, uint8_t detail, const char *name, uint64_t ticks) {
    struct abi_trace *trace = &records.trace;
    if (trace->count < ABI_TRACE_CAPACITY) {
        struct abi_trace_record *record = &trace->records[trace->count];
        record->ticks = ticks;
        record->kind = (uint8_t)kind;
        record->detail = detail;
        for (int i = 0; i < ABI_TRACE_NAME_BYTES && name[i] != 0; i++) {
            record->name[i] = name[i];
        }
    }
    __atomic_store_n(&trace->count, trace->count + 1, __ATOMIC_RELEASE);
}

void trace_phase_at(const char *name, uint64_t ticks) {
    stamp(ABI_TRACE_PHASE, 0, name, ticks);
}
void trace_phase(const char *name) {
    stamp(ABI_TRACE_PHASE, 0, name, arch_ticks());
}
void trace_mark(const char *name) {
    stamp(ABI_TRACE_MARK, 0, name, arch_ticks());
}

void trace_device(const char *name, int status) {
    stamp(status == 0 ? ABI_TRACE_DEVICE_UP : ABI_TRACE_DEVICE_FAILED, (uint8_t)-status, name, arch_ticks());
}
