/* Addresses that image.ld defines. */
#pragma once

extern char image_start[], image_end[];
extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[], data_end[];
extern char stack_start[], stack_end[], fault_stack_start[], fault_stack_end[], interrupt_stack_start[],
    interrupt_stack_end[];
extern char rom_start[], rom_end[];
