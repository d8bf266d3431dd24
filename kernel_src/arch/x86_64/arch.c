/* The processor's small services: halting, counting, randomness, the end. */
#include "core/arch.h"

#include "interrupts.h"
#include "layout.h"
#include "paging.h"
#include "symbols.h"
#include "unikernel/memory.h"
#include "unikernel/port.h"

enum {
    COM1_DATA = 0x3f8,
    COM1_LINE_STATUS = 0x3fd,
    LINE_STATUS_THR_EMPTY = 0x20,
    EXIT_PORT = 0xf4,  /* QEMU's isa-debug-exit; its value is nobody's status */
    RANDOM_TRIES = 10, /* Intel SDM volume 1, section 7.3.17.1 */
    CPUID_FEATURES = 1,
    CPUID_RDRAND = 1 << 30, /* of ecx */
};

void arch_init(void) {
    paging_map_devices();
    interrupts_init();
}

bool arch_random_present(void) {
    uint32_t eax = CPUID_FEATURES, ebx, ecx = 0, edx;
    __asm__("cpuid" : "+a"(eax), "=b"(ebx), "+c"(ecx), "=d"(edx));
    return ecx & CPUID_RDRAND;
}

bool arch_random(uint64_t *value) {
    if (!arch_random_present()) {
        return false;
    }
    for (int i = 0; i < RANDOM_TRIES; i++) {
        bool good;
        __asm__ volatile("rdrand %0" : "=r"(*value), "=@ccc"(good));
        if (good) {
            return true;
        }
    }
    return false;
}

void arch_early_write(const char *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        while (!(port_read8(COM1_LINE_STATUS) & LINE_STATUS_THR_EMPTY)) {
        }
        port_write8(COM1_DATA, (uint8_t)bytes[i]);
    }
}

noreturn void arch_power_off(void) {
    port_write8(EXIT_PORT, 0);
    for (;;) {
        __asm__ volatile("cli; hlt");
    }
}

/* A return address follows a call: E8 with 32 bits of distance, or FF /2 through a register or memory. */
bool arch_is_return_address(uint64_t address) {
    if (address < (uintptr_t)text_start + 7 || address >= (uintptr_t)text_end) {
        return false;
    }
    const uint8_t *code = (const uint8_t *)address;
    enum { CALL_NEAR = 0xe8, GROUP_5 = 0xff, MODRM_OPCODE = 0x38, MODRM_CALL = 0x10 };
    if (code[-5] == CALL_NEAR) {
        uint64_t target = address + (uint64_t)(int64_t)(int32_t)((uint32_t)code[-4] | (uint32_t)code[-3] << 8 |
                                                                 (uint32_t)code[-2] << 16 | (uint32_t)code[-1] << 24);
        return target >= (uintptr_t)text_start && target < (uintptr_t)text_end;
    }
    for (int length = 2; length <= 7; length++) {
        if (code[-length] == GROUP_5 && (code[1 - length] & MODRM_OPCODE) == MODRM_CALL) {
            return true;
        }
    }
    return false;
}

static bool within(uint64_t address, const char *start, const char *end) {
    return address >= (uintptr_t)start && address < (uintptr_t)end;
}

static bool guards(uint64_t address, const char *stack) {
    return within(address, stack - PAGE_BYTES, stack);
}

static const char *image_region_name(uint64_t address) {
    if (within(address, text_start, text_end)) {
        return "text, which is read-only";
    }
    if (within(address, rom_start, rom_end)) {
        return "the image's files, which are read-only";
    }
    if (within(address, rodata_start, rodata_end)) {
        return "constants, which are read-only";
    }
    if (guards(address, stack_start)) {
        return "the guard page of the stack";
    }
    if (guards(address, fault_stack_start)) {
        return "the guard page of the fault stack";
    }
    if (guards(address, interrupt_stack_start)) {
        return "the guard page of the interrupt stack";
    }
    if (within(address, stack_start, stack_end)) {
        return "the stack, which is never executable";
    }
    return "data, which is never executable";
}

const char *arch_region_name(uint64_t address) {
    const struct memory_range heap = memory_heap();
    if (address < PAGE_BYTES) {
        return "the null page";
    }
    if (within(address, image_start, image_end)) {
        return image_region_name(address);
    }
    if (address >= heap.start && address - heap.start < heap.bytes) {
        return "free memory, which is never executable";
    }
    return "nothing that the kernel uses";
}
