/*
 * The tables that the processor reads, whole before the first instruction: descriptors, gates, task state. Intel SDM volume 3, sections
 * 3.4.5 (descriptors), 6.11 (gates) and 7.7 (task state). All but the descriptors, in which the processor marks what it has loaded, lie
 * among the constants, where nobody can write.
 */
#include "layout.h"

#define GATE_INTERRUPT 0x8e /* present, ring 0, 64-bit interrupt gate */
#define IST_FAULT 1
#define IST_INTERRUPT 2

    .section .data.descriptors, "aw", @progbits
    .balign 8
descriptor_table:
    .quad 0
    .quad 0x00209b0000000000 /* code: 64-bit, present, accessed */
    .quad 0x0000930000000000 /* data: present, writable, accessed */
    .quad task_descriptor, 0 /* task state: present, available; image.ld puts it together */
descriptor_table_end:

/* The stubs of trap.S lie in the image's first 64 KB: so the linker knows both pieces in which a gate wants an address. */
.macro gate entry, stack
    .short \entry - IMAGE_START, SELECTOR_CODE
    .byte \stack, GATE_INTERRUPT
    .short IMAGE_START >> 16
    .quad 0
.endm

    .section .rodata.gates, "a", @progbits
    .balign 16
gate_table:
    .set number, 0
    .rept EXCEPTIONS
    gate exception_entries + number * EXCEPTION_ENTRY_BYTES, IST_FAULT
    .set number, number + 1
    .endr
    gate interrupt_timer_entry, IST_INTERRUPT
    .set number, 0
    .rept LINES
    gate interrupt_line_entries + number * LINE_ENTRY_BYTES, IST_INTERRUPT
    .set number, number + 1
    .endr
    gate interrupt_spurious_entry, IST_INTERRUPT
gate_table_end:

    .balign 8
    .globl task_state, task_state_end
task_state:
    .long 0
    .quad 0, 0, 0, 0 /* stacks of other rings, of which there are none */
    .quad fault_stack_end, interrupt_stack_end, 0, 0, 0, 0, 0 /* IST 1 to 7 */
    .quad 0
    .short 0, task_state_end - task_state /* no map of ports */
task_state_end:

    .globl descriptor_table_pointer, gate_table_pointer
descriptor_table_pointer:
    .short descriptor_table_end - descriptor_table - 1
    .quad descriptor_table
gate_table_pointer:
    .short gate_table_end - gate_table - 1
    .quad gate_table
