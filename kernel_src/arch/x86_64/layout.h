/* Sizes, selectors and bits that the entry and C agree on. */
#pragma once

#define IMAGE_START      0x100000
#define PAGE_BYTES       4096
#define LARGE_PAGE_BYTES 0x200000

/* Selectors of the descriptor table. */
#define SELECTOR_CODE 0x08
#define SELECTOR_DATA 0x10
#define SELECTOR_TASK 0x18

/* The stubs of trap.S. */
#define EXCEPTIONS            32
#define EXCEPTION_ENTRY_BYTES 16
#define LINES                 14 /* vectors for devices' lines and messages */
#define LINE_ENTRY_BYTES      8

/* Page-table entries, Intel SDM volume 3, section 4.5. */
#define PAGE_PRESENT         0x001
#define PAGE_WRITE           0x002
#define PAGE_WRITE_THROUGH   0x008
#define PAGE_CACHE_DISABLE   0x010
#define PAGE_LARGE           0x080
#define PAGE_NO_EXECUTE_HIGH 0x80000000 /* bit 63, in the entry's upper half */
