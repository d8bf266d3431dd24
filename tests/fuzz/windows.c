#include "windows.h"

#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "input.h"

/* The bounds of arch/x86_64/paging.c, but for the length, which is as much as there is need for. */
#define LOWEST  (2ull << 30)
#define HIGHEST (1ull << 47)
enum { WINDOW_MOST = 8192, WINDOWS = 32, ALIGN = 16, CHANGES = 4 };

static struct {
    unsigned char *memory, *start;
    uint64_t length;
} windows[WINDOWS];
static unsigned window_count;
static void (*fill_window)(unsigned char *, uint64_t);

void windows_start(void (*fill)(unsigned char *bytes, uint64_t length)) {
    fill_window = fill;
}

void windows_end(void) {
    while (window_count > 0) {
        free(windows[--window_count].memory);
    }
}

void windows_turn(void) {
    if (window_count > 0) {
        const uint32_t which = input_below(window_count);
        input_change(windows[which].start, windows[which].length);
    }
}

/* As far from a word's boundary as the address is: a split word is seen. */
volatile void *arch_map_device(uint64_t address, uint64_t bytes) {
    if (address < LOWEST || bytes == 0 || bytes > WINDOW_MOST || address > HIGHEST - bytes || window_count == WINDOWS) {
        return NULL;
    }
    unsigned char *memory = calloc(1, address % ALIGN + bytes);
    windows[window_count].memory = memory;
    windows[window_count].start = memory + address % ALIGN;
    windows[window_count++].length = bytes;
    fill_window(memory + address % ALIGN, bytes);
    for (uint32_t i = input_below(CHANGES); i > 0; i--) {
        windows_turn();
    }
    return memory + address % ALIGN;
}
