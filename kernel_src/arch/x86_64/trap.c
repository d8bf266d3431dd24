/* The report of an exception. Intel SDM volume 3, section 6.15. */
#include "trap.h"

#include "core/panic.h"
#include "layout.h"
#include "symbols.h"

enum { EXCEPTION_PAGE_FAULT = 14 };

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
