/* Descriptor tables and exceptions. Intel SDM volume 3, sections 6.11 (gates), 7.7 (task state) and 6.15 (each
 * exception). */
#include "trap.h"

#include "core/panic.h"
#include "interrupts.h"
#include "layout.h"
#include "symbols.h"

enum {
    EXCEPTION_COUNT = 32,
    EXCEPTION_PAGE_FAULT = 14,
    EXCEPTION_ENTRY_BYTES = 16, /* a stub of trap.S */
    LINE_ENTRY_BYTES = 8,
    GATE_INTERRUPT = 0x8e, /* present, ring 0, 64-bit interrupt gate */
    TASK_AVAILABLE = 0x89, /* present, available 64-bit task state */
    IST_FAULT = 1,
    IST_INTERRUPT = 2,
};

struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint8_t ist;
    uint8_t type;
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

struct __attribute__((packed)) task_state {
    uint32_t reserved0;
    uint64_t rsp[3];
    uint64_t reserved1;
    uint64_t ist[7];
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_map;
};

struct __attribute__((packed)) table_pointer {
    uint16_t limit;
    uint64_t base;
};

extern const char exception_entries[], interrupt_timer_entry[], interrupt_line_entries[], interrupt_spurious_entry[];
extern uint64_t descriptor_table[];

static struct gate gates[VECTOR_LAST + 1];
static struct task_state task = {.io_map = sizeof(struct task_state)};

static void gate_set(unsigned vector, const char *entry, uint8_t ist) {
    uintptr_t address = (uintptr_t)entry;
    gates[vector] = (struct gate){
        .offset_low = (uint16_t)address,
        .selector = SELECTOR_CODE,
        .ist = ist,
        .type = GATE_INTERRUPT,
        .offset_middle = (uint16_t)(address >> 16),
    };
}

void trap_line(unsigned vector) {
    gate_set(vector, interrupt_line_entries + (vector - VECTOR_LINE) * LINE_ENTRY_BYTES, IST_INTERRUPT);
}

void trap_init(void) {
    for (unsigned vector = 0; vector < EXCEPTION_COUNT; vector++) {
        gate_set(vector, exception_entries + vector * EXCEPTION_ENTRY_BYTES, IST_FAULT);
    }
    gate_set(VECTOR_TIMER, interrupt_timer_entry, IST_INTERRUPT);
    gate_set(VECTOR_SPURIOUS, interrupt_spurious_entry, IST_INTERRUPT);

    task.ist[IST_FAULT - 1] = (uintptr_t)fault_stack_end;
    task.ist[IST_INTERRUPT - 1] = (uintptr_t)interrupt_stack_end;
    uint64_t base = (uintptr_t)&task;
    uint64_t limit = sizeof task - 1;
    descriptor_table[SELECTOR_TASK / sizeof(uint64_t)] =
        limit | (base & 0xffffff) << 16 | (uint64_t)TASK_AVAILABLE << 40 | (base >> 24 & 0xff) << 56;

    struct table_pointer pointer = {sizeof gates - 1, (uintptr_t)gates};
    __asm__ volatile("lidt %0; ltr %w1" : : "m"(pointer), "r"(SELECTOR_TASK));
}

void exception_handle(const struct trap_frame *frame) {
    struct panic_context context = {
        .cause = ABI_PANIC_EXCEPTION,
        .vector = (uint32_t)frame->vector,
        .error_code = frame->error_code,
        .registers = {frame->rax, frame->rbx, frame->rcx, frame->rdx, frame->rsi, frame->rdi, frame->rbp, frame->rsp,
                      frame->r8, frame->r9, frame->r10, frame->r11, frame->r12, frame->r13, frame->r14, frame->r15,
                      frame->rip, frame->rflags},
    };
    if (frame->vector == EXCEPTION_PAGE_FAULT) {
        __asm__ volatile("mov %%cr2, %0" : "=r"(context.address));
        if (context.address - ((uintptr_t)stack_start - PAGE_BYTES) < PAGE_BYTES) {
            context.cause = ABI_PANIC_STACK_OVERFLOW;
        }
    }
    panic_report(&context);
}
