/*
 * Where the processor arrives on an exception or an interrupt. Intel SDM volume 3, sections 6.13 (error code) and 6.14 (64-bit frames).
 * Exceptions never return: all registers are kept for the report. Interrupts keep what C may change; no vector register is touched.
 */
#include "layout.h"

    .section .text.trap, "ax", @progbits

.macro exception vector
    .if !(\vector == 8 || (\vector >= 10 && \vector <= 14) || \vector == 17 || \vector == 21 || \vector == 29 || \vector == 30)
    push $0
    .endif
    push $\vector
    jmp exception_common
    .balign EXCEPTION_ENTRY_BYTES
.endm

    .balign EXCEPTION_ENTRY_BYTES
    .globl exception_entries
exception_entries:
    .set vector, 0
    .rept EXCEPTIONS
    exception vector
    .set vector, vector + 1
    .endr

/* Leaves struct trap_frame of trap.h on the stack. */
exception_common:
    push %r15
    push %r14
    push %r13
    push %r12
    push %r11
    push %r10
    push %r9
    push %r8
    push %rdi
    push %rsi
    push %rbp
    push %rbx
    push %rdx
    push %rcx
    push %rax
    cld
    mov %rsp, %rdi
    call exception_handle
    ud2

.macro save
    push %rax
    push %rcx
    push %rdx
    push %rsi
    push %rdi
    push %r8
    push %r9
    push %r10
    push %r11
    cld
.endm

.macro restore
    pop %r11
    pop %r10
    pop %r9
    pop %r8
    pop %rdi
    pop %rsi
    pop %rdx
    pop %rcx
    pop %rax
.endm

    .globl interrupt_timer_entry
interrupt_timer_entry:
    save
    call interrupt_timer
    restore
    iretq

/* A stub for each line. */
    .set SAVED_BYTES, 9 * 8
    .balign LINE_ENTRY_BYTES
    .globl interrupt_line_entries
interrupt_line_entries:
    .set line, 0
    .rept LINES
    push $line
    jmp line_common
    .balign LINE_ENTRY_BYTES
    .set line, line + 1
    .endr

line_common:
    save
    mov SAVED_BYTES(%rsp), %edi
    call interrupt_line
    restore
    add $8, %rsp
    iretq

    .globl interrupt_spurious_entry
interrupt_spurious_entry:
    iretq
