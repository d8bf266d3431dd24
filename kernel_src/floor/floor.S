/*
 * The floor: a guest that does nothing. It writes one line to the serial port and halts; what it takes from spawn to that line is what any
 * machine takes on the same command, and all boot times are told in multiples of it.
 *
 * Entry: Xen's "x86/HVM direct boot ABI", as in arch/x86_64/entry.S.
 */
#define XEN_ELFNOTE_PHYS32_ENTRY 18
#define COM1_DATA 0x3f8

    .section .note.Xen, "a", @note
    .align 4
    .long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long floor

    .text
    .code32
    .globl floor
floor:
    mov $COM1_DATA, %dx
    mov $'.', %al
    out %al, %dx
    mov $'\n', %al
    out %al, %dx
1:  hlt
    jmp 1b
