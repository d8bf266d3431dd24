/* The processor of a model: its test says what these do. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

bool arch_interrupts_off(void);
void arch_interrupts_on(void);
void arch_interrupts_restore(bool on);
void arch_halt(void);
uint64_t arch_ticks(void);
