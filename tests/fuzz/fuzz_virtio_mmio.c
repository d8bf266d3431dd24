/* sources: drivers/virtio/mmio.c drivers/virtio/virtq.c
 * beside: exercise.c input.c inside_virtio.c windows.c world.c */
/*
 * A command line that is anything, and windows of registers that change: no byte beyond a word of the line is read, and
 * no register beyond its window.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "drivers/virtio/virtio.h"
#include "exercise.h"
#include "input.h"
#include "inside.h"
#include "unikernel/memory.h"
#include "windows.h"
#include "world.h"

enum { WORDS = 4, WORD_MOST = 64, SELDOM = 16 };

static const char sound[] = "512@0xfeb00e00:12";

static struct {
    char *text; /* exactly as long as the word */
    size_t length;
} words[WORDS];
static unsigned word_count;

const char *memory_command_line_nth(const char *key, unsigned nth, size_t *length) {
    CHECK(strcmp(key, "virtio_mmio.device") == 0);
    if (nth >= word_count) {
        return NULL;
    }
    *length = words[nth].length;
    return words[nth].text;
}

/* The sound word with some letters changed, cut or longer. */
static void add_word(void) {
    char text[WORD_MOST] = {0};
    memcpy(text, sound, sizeof sound);
    const size_t length = input_below(2) == 0 ? sizeof sound - 1 : input_below(WORD_MOST);
    for (uint32_t i = input_below(WORD_MOST); i > 0; i--) {
        input_change(text, sizeof text);
    }
    words[word_count].text = malloc(length + (length == 0));
    memcpy(words[word_count].text, text, length);
    words[word_count++].length = length;
}

void virtio_pci_find(void) {
}

/* A disk's registers, as far as there is room for them. */
static void fill(unsigned char *bytes, uint64_t length) {
    static const struct {
        uint16_t offset;
        uint32_t value;
    } registers[] = {{0x000, 0x74726976}, {0x004, 2}, {0x008, 2}, {0x010, 1}, {0x034, 8}};
    for (size_t i = 0; i < sizeof registers / sizeof *registers; i++) {
        if (registers[i].offset + sizeof(uint32_t) <= length) {
            memcpy(bytes + registers[i].offset, &registers[i].value, sizeof(uint32_t));
        }
    }
}

static void turn(void) {
    switch (input_below(SELDOM)) {
    case 0:
        windows_turn();
        break;
    case 1:
        world_interrupt();
        break;
    default:
        break;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    input_start(bytes, length);
    world_start(true, turn);
    windows_start(fill);
    for (uint32_t i = 1 + input_below(WORDS); i > 0; i--) {
        add_word();
    }
    exercise_all();
    struct virtio *device;
    for (unsigned i = 0; (device = virtio_number(i)) != NULL; i++) {
        CHECK((uintptr_t)device->mmio.registers % sizeof(uint32_t) == 0);
    }
    while (word_count > 0) {
        free(words[--word_count].text);
    }
    windows_end();
    world_end();
    forget_virtio();
    return 0;
}
