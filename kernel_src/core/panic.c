/* The report of a panic: first the record, then the console; nothing here allocates, and little is trusted. */
#include "panic.h"

#include <stdbool.h>
#include <stddef.h>

#include "arch.h"
#include "records.h"
#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/machine.h"
#include "unikernel/memory.h"

enum { HEX_DIGITS = 16, HEX_BITS = 4, DECIMAL = 10, DECIMAL_DIGITS = 20, EXCEPTION_PAGE_FAULT = 14 };
enum { FAULT_PRESENT = 1, FAULT_WRITE = 2, FAULT_FETCH = 16 }; /* Intel SDM volume 3, section 4.7 */

static void write(const void *bytes, size_t length) {
    if (!console_panic_write(bytes, length)) {
        arch_early_write(bytes, length);
    }
}

static void print(const char *text) {
    size_t length = 0;
    while (text[length] != 0) {
        length++;
    }
    write(text, length);
}

static void print_line(const char *text) {
    print("\r\n" ABI_PANIC_LINE);
    print(text);
}

static void print_hex(uint64_t value) {
    char digits[HEX_DIGITS];
    for (int i = HEX_DIGITS - 1; i >= 0; i--, value >>= HEX_BITS) {
        digits[i] = "0123456789abcdef"[value % (1 << HEX_BITS)];
    }
    print("0x");
    write(digits, sizeof digits);
}

static void print_decimal(uint64_t value) {
    char digits[DECIMAL_DIGITS];
    int at = DECIMAL_DIGITS;
    do {
        digits[--at] = (char)('0' + value % DECIMAL);
        value /= DECIMAL;
    } while (value > 0);
    write(digits + at, (size_t)(DECIMAL_DIGITS - at));
}

enum { REGISTER_NAME_BYTES = sizeof "rflags" };
static const char register_names[ABI_REGISTER_COUNT][REGISTER_NAME_BYTES] = {
    "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "rbp", "rsp", "r8",
    "r9",  "r10", "r11", "r12", "r13", "r14", "r15", "rip", "rflags"};

static const char *cause_text(const struct abi_panic *panic) {
    switch (panic->cause) {
    case ABI_PANIC_ASSERTION:
        return "assertion";
    case ABI_PANIC_STACK_SMASHED:
        return "stack smashed";
    case ABI_PANIC_STACK_OVERFLOW:
        return "stack overflow";
    case ABI_PANIC_OUT_OF_MEMORY:
        return "out of memory";
    default:
        if (panic->vector != EXCEPTION_PAGE_FAULT) {
            return "exception";
        }
        return panic->error_code & FAULT_FETCH   ? "page fault, executing"
               : panic->error_code & FAULT_WRITE ? "page fault, writing"
                                                 : "page fault, reading";
    }
}

static void copy(char *to, const char *from, size_t bytes) {
    size_t i = 0;
    for (; from != NULL && from[i] != 0 && i < bytes - 1; i++) {
        to[i] = from[i];
    }
    to[i] = 0;
}

/* The return addresses on the stack: without frame pointers a word counts that points behind a call. */
static void backtrace(struct abi_panic *panic, const uint64_t *word, const uint64_t *end) {
    int depth = 0;
    for (; word < end && depth < ABI_PANIC_BACKTRACE_DEPTH; word++) {
        if (arch_is_return_address(*word)) {
            panic->backtrace[depth++] = *word;
        }
    }
}

static void console_report(const struct abi_panic *panic) {
    print_line(cause_text(panic));
    print(" at ");
    print_hex(panic->registers[REGISTER_RIP]);
    if (panic->cause == ABI_PANIC_EXCEPTION && panic->vector != EXCEPTION_PAGE_FAULT) {
        print_line("vector ");
        print_decimal(panic->vector);
        print(", error code ");
        print_decimal(panic->error_code);
    }
    if (panic->vector == EXCEPTION_PAGE_FAULT) {
        print_line("address ");
        print_hex(panic->address);
        print(": ");
        print(arch_region_name(panic->address));
    }
    if (panic->message[0] != 0) {
        print_line(panic->message);
    }
    if (panic->python_file[0] != 0) {
        print_line("python ");
        print(panic->python_file);
        print(", line ");
        print_decimal(panic->python_line);
    }
    for (int i = 0; i < ABI_REGISTER_COUNT; i++) {
        print(i % 3 == 0 ? "\r\n" ABI_PANIC_LINE : " ");
        print(register_names[i]);
        print(" ");
        print_hex(panic->registers[i]);
    }
    for (int i = 0; i < ABI_PANIC_BACKTRACE_DEPTH && panic->backtrace[i] != 0; i++) {
        print_line("called from ");
        print_hex(panic->backtrace[i]);
    }
    print_line("end\r\n");
}

__attribute__((weak)) void machine_python_position(char *file, uint32_t file_bytes, uint32_t *line,
                                                   const uint64_t *stack, uint64_t stack_words) {
    (void)file, (void)file_bytes, (void)line, (void)stack, (void)stack_words;
}

noreturn void panic_report(const struct panic_context *context) {
    static bool reporting;
    arch_interrupts_off();
    if (reporting) {
        arch_power_off();
    }
    reporting = true;
    struct abi_panic *panic = &records.panic;
    panic->vector = context->vector;
    panic->error_code = context->error_code;
    panic->address = context->address;
    for (int i = 0; i < ABI_REGISTER_COUNT; i++) {
        panic->registers[i] = context->registers[i];
    }
    copy(panic->message, context->message, sizeof panic->message);
    panic->cause = context->cause;
    records.exit.kind = ABI_EXIT_PANIC; /* holds, even if what follows faults */

    const struct memory_range stack = memory_stack();
    uint64_t start = context->registers[REGISTER_RSP];
    if (start < stack.start || start >= stack.start + stack.bytes) {
        start = stack.start;
    }
    const uint64_t *words = (const uint64_t *)(start & ~(uint64_t)(sizeof(uint64_t) - 1));
    const uint64_t *end = (const uint64_t *)(stack.start + stack.bytes);
    if (stack.bytes > 0) {
        backtrace(panic, words, end);
        machine_python_position(panic->python_file, sizeof panic->python_file, &panic->python_line, words,
                                (uint64_t)(end - words));
    }
    console_report(panic);
    device_end_all();
    arch_power_off();
}
