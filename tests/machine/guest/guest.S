/*
 * A tiny image for tests of machine/: PVH entry, one behaviour chosen by a macro (see images.py), the notes and the exit record of
 * abi.h, no runtime. It stays in the 32-bit mode in which PVH hands over, with flat segments.
 */
#define UART 0x3f8
#define FCR (UART + 2)
#define FCR_ENABLE_TRIGGER_14 0xc1
#define LSR (UART + 5)
#define LSR_DATA_READY 0x01
#define LSR_BREAK 0x10
#define LSR_TRANSMIT_EMPTY 0x20
#define DEBUG_EXIT 0xf4

#define EXIT_KIND 16 /* offsets in struct abi_records */
#define EXIT_STATUS 20
#define PANIC_CAUSE (PANIC + 0)
#define PANIC_VECTOR (PANIC + 4)
#define PANIC_ADDRESS (PANIC + 16)
#define PANIC_RIP (PANIC + 24 + 16 * 8)
#define PANIC_MESSAGE (PANIC + 24 + 18 * 8 + 16 * 8)
/* RECORDS_BYTES, PANIC (its offset), STATUS_VALUE, COUNT and MANIFEST come from images.py. */

    .section .note.Xen, "a", @note
    .align 4
    .long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
    .asciz "Xen"
    .long _start

    .section .note.unikernel, "a", @note
    .align 4
    .long 10, manifest_end - manifest, 1 /* ABI_NOTE_MANIFEST */
    .asciz "unikernel"
    .align 4
manifest:
    .ascii MANIFEST
manifest_end:
    .align 4
    .long 10, 24, 2 /* ABI_NOTE_RECORDS: struct abi_place */
    .asciz "unikernel"
    .align 4
    .quad records, image_end, 0x100000

    .bss
    .align 4096
    .globl records
records:
    .skip 4096
stack:
    .skip 4096
stack_end:
image_end:

    .text
    .code32

/* LSR → al; notes in ebp that a break came, which the uart tells once, whoever asks; clobbers dx */
line:
    mov $LSR, %dx
    in %dx, %al
    test $LSR_BREAK, %al
    jz 1f
    mov %edx, %ebp
1:  ret

/* al → uart; clobbers dx, ah */
put:
    mov %al, %ah
1:  call line
    test $LSR_TRANSMIT_EMPTY, %al
    jz 1b
    mov %ah, %al
    mov $UART, %dx
    out %al, %dx
    ret

/* uart → al, waiting; carry set: a break came instead */
get:
1:  call line
    test %ebp, %ebp
    jnz 2f
    test $LSR_DATA_READY, %al
    jz 1b
    mov $UART, %dx
    in %dx, %al
    clc
    ret
2:  mov $UART, %dx
    in %dx, %al
    stc
    ret

/* text at esi until NUL → uart */
say:
    lodsb
    test %al, %al
    jz 1f
    call put
    jmp say
1:  ret

    .globl _start
_start:
    cld
    xor %ebp, %ebp
    mov $stack_end, %esp
    movl $0x31524b55, records /* ABI_RECORDS_MAGIC */
    movl $1, records + 4
    movl $RECORDS_BYTES, records + 8

#if defined(HELLO) || defined(STATUS)
    mov $text_hello, %esi
    call say
    jmp end_status

#elif defined(QUIET) /* ends without a record */
    jmp end

#elif defined(SCRIBBLE) /* every record is nonsense */
    mov $records, %edi
    mov $0xff, %al
    mov $RECORDS_BYTES, %ecx
    rep stosb
    jmp end

#elif defined(RESTART) /* writes, and asks to be started again, for ever */
    mov $text_up, %esi
    call say
    movl $3, records + EXIT_KIND
    jmp end

#elif defined(SPIN)
    mov $text_up, %esi
    call say
1:  jmp 1b

#elif defined(IDLE)
    mov $text_up, %esi
    call say
    cli
1:  hlt
    jmp 1b

#elif defined(FLOOD)
1:  mov $text_flood, %esi
    call say
    jmp 1b

#elif defined(TRIPLE)
    mov $text_up, %esi
    call say
    lidt no_idt
    int3

#elif defined(ECHO) /* sends back what comes; a break ends it */
    mov $text_up, %esi
    call say
1:  call get
    jc 2f
    call put
    jmp 1b
2:  mov $text_break, %esi
    call say
    jmp end_status

#elif defined(DEAF) /* never reads; a break ends it */
    mov $text_up, %esi
    call say
1:  call line
    test %ebp, %ebp
    jz 1b
    mov $text_break, %esi
    call say
    jmp end_status

#elif defined(SOURCE) /* COUNT bytes: 0, 1 … 255, 0 … */
    mov $COUNT, %ecx
    xor %ebx, %ebx
1:  mov %bl, %al
    call put
    inc %ebx
    loop 1b
    jmp end_status

#elif defined(SINK) /* takes COUNT bytes of that pattern; status 0 when each was right */
    mov $FCR, %dx /* QEMU hands over as many bytes at a time as the trigger level says */
    mov $FCR_ENABLE_TRIGGER_14, %al
    out %al, %dx
    mov $text_up, %esi
    call say
    mov $COUNT, %ecx
    xor %ebx, %ebx
1:  call get
    jc 2f
    cmp %bl, %al
    jne 2f
    inc %ebx
    loop 1b
    jmp end_status
2:  movl $1, records + EXIT_STATUS
    movl $1, records + EXIT_KIND
    jmp end

#elif defined(PANIC_RECORD)
    movl $1, records + PANIC_CAUSE
    movl $14, records + PANIC_VECTOR
    movl $0x10, records + PANIC_ADDRESS
    movl $broken_function + 2, records + PANIC_RIP
    movl $0x6f6f6c21, records + PANIC_MESSAGE
    movl $2, records + EXIT_KIND
    jmp end
#endif

    .globl broken_function
    .type broken_function, @function
broken_function:
    nop
    nop
    nop
    ret
    .size broken_function, . - broken_function

    .globl end_status
end_status:
    movl $STATUS_VALUE, records + EXIT_STATUS
    movl $1, records + EXIT_KIND
end:
    mov $DEBUG_EXIT, %dx
    xor %eax, %eax
    out %al, %dx
1:  hlt
    jmp 1b

    .section .rodata
text_hello: .asciz "hello\r\n"
text_up: .asciz "up\r\n"
text_break: .asciz "break\r\n"
text_flood: .asciz "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcd\r\n"
no_idt: .word 0
    .long 0
