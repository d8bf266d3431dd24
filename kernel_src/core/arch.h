/* What the portable part asks of an architecture. Each function is implemented in arch/ARCH. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#include "core/start_info.h"

/* Maps RAM beyond the image read+write and never executable; gives what of the range is mapped. */
struct start_info_range arch_map_ram(struct start_info_range range);

/* The descriptor tables, then the interrupt controllers; interrupts stay off. */
void arch_init(void);

void arch_interrupts_off(void);
void arch_interrupts_on(void);
void arch_halt(void); /* turns interrupts on and halts, with nothing lost between */

/* Interrupt line `pin` of the machine calls handler(argument), interrupts off. One line in this version. */
void arch_interrupt_attach(unsigned pin, void (*handler)(void *), void *argument);

uint64_t arch_ticks(void); /* of the processor's counter since the machine's start */
uint64_t
arch_reference_ns(void); /* of a clock whose rate is known, for scaling the counter; may miss time while nobody reads */
void arch_timer_arm(uint64_t ns); /* wakes a halt after `ns` at the latest */

bool arch_random(uint64_t *value); /* false: this processor has no source, or it is exhausted */

void arch_early_write(const char *bytes, size_t length); /* needs no device */
noreturn void arch_power_off(void);

/* For a panic's report. */
bool arch_is_return_address(uint64_t address);
const char *arch_region_name(uint64_t address); /* "the null page", "text", "the guard page of the stack" */
