/*
 * From the PVH entry to the first line of C: long mode, and page tables in which nothing can be both written and executed.
 *
 * Entry state: Xen's "x86/HVM direct boot ABI" (docs/misc/pvh.pandoc): 32-bit protected mode, paging off, ebx holds the address of the
 * start info. Long mode: Intel SDM volume 3, section 10.8.5.
 */
#include "layout.h"

#define XEN_ELFNOTE_PHYS32_ENTRY 18

#define CR0_PAGING_PROTECTED 0x80010033 /* PG WP NE ET MP PE */
#define CR4_PAE_SSE 0x00000620          /* PAE OSFXSR OSXMMEXCPT */
#define MSR_EFER 0xc0000080
#define EFER_LONG_NO_EXECUTE 0x00000900 /* LME NXE */
#define MSR_FS_BASE 0xc0000100
#define CPUID_FEATURES 1
#define CPUID_RDRAND 30 /* bit of ecx */
#define ENTRY_BYTES 8
#define PAGE_SHIFT 12
#define MAP_BYTES 12 /* of a line of the map */

    .section .note.Xen, "a", @note
    .align 4
    .long 4, 4, XEN_ELFNOTE_PHYS32_ENTRY
    .asciz "Xen"
    .long entry

    .section .text.entry, "ax", @progbits
    .code32
    .globl entry
entry:
    rdtsc
    cld
    mov %eax, entry_ticks
    mov %edx, entry_ticks + 4
    mov %ebx, start_info_address

    /*
     * The tables, a part of .bss: it is zero, as whoever loads an ELF file promises (gABI, chapter 5, p_memsz). Page 0 and the guard pages
     * are in no range: they stay absent.
     */
    movl $directory_pointers + PAGE_PRESENT + PAGE_WRITE, page_map
    movl $directory_ram + PAGE_PRESENT + PAGE_WRITE, directory_pointers
    movl $directory_ram + PAGE_BYTES + PAGE_PRESENT + PAGE_WRITE, directory_pointers + ENTRY_BYTES
    movl $directory_devices + PAGE_PRESENT + PAGE_WRITE, directory_pointers + 3 * ENTRY_BYTES
    mov $image_tables + PAGE_PRESENT + PAGE_WRITE, %eax
    mov $directory_ram, %edi
3:  mov %eax, (%edi)
    add $PAGE_BYTES, %eax
    add $ENTRY_BYTES, %edi
    cmp $image_tables_end, %eax
    jb 3b
    mov $map_table, %esi
4:  mov (%esi), %eax
    mov 4(%esi), %ecx
    mov 8(%esi), %edx
    mov %eax, %edi
    shr $PAGE_SHIFT, %edi
    lea image_tables(, %edi, ENTRY_BYTES), %edi
5:  mov %eax, (%edi)
    mov %edx, 4(%edi)
    add $PAGE_BYTES, %eax
    add $ENTRY_BYTES, %edi
    cmp %ecx, %eax
    jb 5b
    add $MAP_BYTES, %esi
    cmp $map_table_end, %esi
    jb 4b

    mov $CR4_PAE_SSE, %eax
    mov %eax, %cr4
    mov $page_map, %eax
    mov %eax, %cr3
    mov $MSR_EFER, %ecx
    mov $EFER_LONG_NO_EXECUTE, %eax
    xor %edx, %edx
    wrmsr
    mov $CR0_PAGING_PROTECTED, %eax
    mov %eax, %cr0
    lgdt descriptor_table_pointer
    ljmp $SELECTOR_CODE, $entry_long

    .code64
entry_long:
    mov $SELECTOR_DATA, %eax
    mov %eax, %ss
    mov %eax, %ds
    mov %eax, %es
    mov $stack_end, %esp
    fninit

    /* The canary: the compiler reads it at %fs:0x28. Without RDRAND the time must do. Its lowest byte is zero, so no string can write it. */
    mov $CPUID_FEATURES, %eax
    cpuid
    mov entry_ticks, %eax
    bt $CPUID_RDRAND, %ecx
    jnc 6f
    rdrand %rax
6:  shl $8, %rax
    mov %rax, canary_block + 0x28
    mov $MSR_FS_BASE, %ecx
    mov $canary_block, %eax
    xor %edx, %edx
    wrmsr

    /* From here on a fault is a report. */
    lidt gate_table_pointer
    mov $SELECTOR_TASK, %eax
    ltr %ax

    xor %ebp, %ebp
    mov start_info_address, %edi
    call kernel_start
    ud2

/* The image's memory, none of it empty: page-table entries of the first page, and after the last; their upper half. */
.macro map start, end, low, high
    .long \start + \low, \end + \low, \high
.endm

    .section .rodata.map, "a", @progbits
    .align 4
map_table:
    map PAGE_BYTES, image_start, PAGE_PRESENT + PAGE_WRITE, PAGE_NO_EXECUTE_HIGH
    map text_start, text_end, PAGE_PRESENT, 0
    map rodata_start, rodata_end, PAGE_PRESENT, PAGE_NO_EXECUTE_HIGH
    map data_start, data_end, PAGE_PRESENT + PAGE_WRITE, PAGE_NO_EXECUTE_HIGH
    map stack_start, stack_end, PAGE_PRESENT + PAGE_WRITE, PAGE_NO_EXECUTE_HIGH
    map fault_stack_start, fault_stack_end, PAGE_PRESENT + PAGE_WRITE, PAGE_NO_EXECUTE_HIGH
    map interrupt_stack_start, image_tables_span, PAGE_PRESENT + PAGE_WRITE, PAGE_NO_EXECUTE_HIGH
map_table_end:

    .section .bss.entry, "aw", @nobits
    .align 16
canary_block: .skip 64
    .globl entry_ticks
entry_ticks: .skip 8
start_info_address: .skip 8
