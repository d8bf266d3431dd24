/*
 * The probe: what an accelerator must be able to do, and how fast. It enters long mode as our images do, takes timer interrupts one after
 * the other, each from hlt and back by iretq, counts for a while, and ends QEMU with a code that nothing else gives.
 *
 * An accelerator that cannot do this does not come to the end; how long it takes says which is the faster. See machine/probe.py.
 *
 * Entry: Xen's "x86/HVM direct boot ABI". Local APIC: Intel SDM volume 3, chapter 11.
 */
#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define DEBUG_EXIT 0xf4
#define DONE 42 /* QEMU's exit code is then 2 * 42 + 1 */

#define TICKS 20
#define TICK_COUNT 20000 /* at 1 GHz, 20 us */
#define COUNTED 4000000

#define CODE64 0x08
#define DATA 0x10
#define VECTOR 0x40

#define CR0_PG 0x80000000
#define CR4_PAE 0x20
#define MSR_EFER 0xc0000080
#define EFER_LME 0x100
#define TABLE 0x03 /* present, writable */
#define LARGE 0x83
#define LARGE_UNCACHED 0x9b

#define APIC 0xfee00000
#define APIC_EOI 0x0b0
#define APIC_SPURIOUS 0x0f0
#define APIC_ENABLED 0x1ff
#define APIC_TIMER 0x320
#define APIC_INITIAL_COUNT 0x380
#define APIC_DIVIDE 0x3e0
#define APIC_DIVIDE_BY_1 0x0b

    .section .note.Xen, "a", @note
    .align 4
    .long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long probe

    .text
    .code32
    .globl probe
probe:
    mov $stack_end, %esp
    movl $directory_pointers + TABLE, page_map
    movl $directory_low + TABLE, directory_pointers
    movl $directory_devices + TABLE, directory_pointers + 3 * 8
    movl $LARGE, directory_low
    movl $APIC + LARGE_UNCACHED, directory_devices + 8 * ((APIC >> 21) & 511)
    mov $page_map, %eax
    mov %eax, %cr3
    mov %cr4, %eax
    or $CR4_PAE, %eax
    mov %eax, %cr4
    mov $MSR_EFER, %ecx
    rdmsr
    or $EFER_LME, %eax
    wrmsr
    mov %cr0, %eax
    or $CR0_PG, %eax
    mov %eax, %cr0
    lgdt gdt_place
    ljmp $CODE64, $in_long_mode

    .code64
in_long_mode:
    mov $DATA, %eax
    mov %eax, %ds
    mov %eax, %es
    mov %eax, %ss
    mov $stack_end, %esp /* again, as the upper half of a register is undefined after the change of mode */

    /* One gate: offset in three parts, selector, "interrupt gate, present". */
    mov $tick, %eax
    mov $idt + 16 * VECTOR, %edi
    mov %ax, (%rdi)
    movw $CODE64, 2(%rdi)
    movw $0x8e00, 4(%rdi)
    shr $16, %eax
    mov %ax, 6(%rdi)
    lidt idt_place

    mov $APIC, %ebx
    movl $APIC_ENABLED, APIC_SPURIOUS(%rbx)
    movl $APIC_DIVIDE_BY_1, APIC_DIVIDE(%rbx)
    movl $VECTOR, APIC_TIMER(%rbx)
    mov $TICKS, %r12d
1:  movl $TICK_COUNT, APIC_INITIAL_COUNT(%rbx)
    sti
    hlt
    cli
    test %r12d, %r12d
    jnz 1b

    mov $COUNTED, %ecx
2:  dec %ecx
    jnz 2b

    mov $DONE, %eax
    mov $DEBUG_EXIT, %edx
    out %eax, %dx
3:  hlt
    jmp 3b

tick:
    dec %r12d
    movl $0, APIC_EOI(%rbx)
    iretq

    .section .rodata
    .align 8
gdt:
    .quad 0
    .quad 0x00209a0000000000 /* code, 64 bits */
    .quad 0x0000920000000000 /* data */
gdt_end:
gdt_place:
    .word gdt_end - gdt - 1
    .quad gdt
idt_place:
    .word 16 * (VECTOR + 1) - 1
    .quad idt

    .bss
    .align 4096
page_map: .skip 4096
directory_pointers: .skip 4096
directory_low: .skip 4096
directory_devices: .skip 4096
idt: .skip 4096
    .skip 4096
stack_end:
