/* The configuration space of PCI by its two ports. PCI Local Bus 3.0, section 3.2.2.3.2. */
#include "core/arch.h"
#include "unikernel/port.h"

enum { CONFIG_ADDRESS = 0xcf8, CONFIG_DATA = 0xcfc, FUNCTION_SHIFT = 8 };

#define CONFIG_ENABLE 0x80000000u

static void select(uint16_t function, uint8_t offset) {
    port_write32(CONFIG_ADDRESS, CONFIG_ENABLE | (uint32_t)function << FUNCTION_SHIFT | offset);
}

uint32_t arch_pci_read(uint16_t function, uint8_t offset) {
    select(function, offset);
    return port_read32(CONFIG_DATA);
}

void arch_pci_write(uint16_t function, uint8_t offset, uint32_t value) {
    select(function, offset);
    port_write32(CONFIG_DATA, value);
}
