/* What the portable part asks of an architecture. Each function is implemented in arch/ARCH, the
 * shortest ones in arch/ARCH/inline. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "core/start_info.h"

/* What the boot protocol left at an address, which may be in the null page; to be read before arch_map_ram, which ends
 * it. */
const void *arch_boot_memory(uint64_t address);

/* Maps RAM beyond the image read+write and never executable; gives what of the range is mapped. */
struct start_info_range arch_map_ram(struct start_info_range range);

/* The interrupt controllers; interrupts stay off. */
void arch_init(void);

/*
 * bool arch_interrupts_off(void)           whether they were on
 * void arch_interrupts_on(void)
 * void arch_interrupts_restore(bool on)
 * void arch_halt(void)                     turns interrupts on and halts, with nothing lost between
 * uint64_t arch_ticks(void)                of the processor's counter since the machine's start
 */
#include "processor.h"

/* Interrupt line `pin` of the machine calls handler(argument), interrupts off. 0, or -ENOSPC: no vector is left. */
int arch_interrupt_attach(unsigned pin, void (*handler)(void *), void *argument);

/* A message calls handler(argument), interrupts off: a device that writes *data to *address sends it. 0 or -ENOSPC. */
int arch_message_attach(void (*handler)(void *), void *argument, uint64_t *address, uint32_t *data);

/* Maps a device's registers, uncached and never executable; NULL where memory or an interrupt controller lies, or no
 * table is left. */
volatile void *arch_map_device(uint64_t address, uint64_t bytes);

/* The configuration space of a PCI function (bus, device, function: 8, 5, 3 bits), at an offset that is a multiple
 * of 4. All ones where there is nothing. */
uint32_t arch_pci_read(uint16_t function, uint8_t offset);
void arch_pci_write(uint16_t function, uint8_t offset, uint32_t value);

/* A length of time in the counter's ticks, and in nanoseconds of a clock whose rate is known. */
struct arch_reference {
    uint64_t ticks, ns;
};
struct arch_reference arch_reference(void); /* all the time during which both were watched, for scaling the counter */

void arch_timer_arm(uint64_t ns); /* wakes a halt after `ns` at the latest */

bool arch_random_present(void);
bool arch_random(uint64_t *value); /* false: this processor has no source, or it is exhausted */

void arch_early_write(const char *bytes, size_t length); /* needs no device */
noreturn void arch_power_off(void);

/* For a panic's report. */
bool arch_is_return_address(uint64_t address);
const char *arch_region_name(uint64_t address); /* "the null page", "text", "the guard page of the stack" */
