/* sources: drivers/virtio/mmio.c drivers/virtio/virtio.c drivers/virtio/virtq.c */
/* Windows that the command line names: sound ones, and words that name none. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "core/arch.h"
#include "virtio_kernel.h"

enum { TYPE = 2, QUEUE_SIZE = 8, WORDS = 0x200 / 4, ADDRESS = 0xfeb00e00 };
enum { MAGIC = 0x000 / 4, VERSION = 0x004 / 4, IDENTITY = 0x008 / 4, FEATURES = 0x010 / 4, QUEUE_MOST = 0x034 / 4 };
enum { STATUS = 0x070 / 4, GENERATION = 0x0fc / 4, CONFIG = 0x100 / 4 };

static const char *word;
static uint32_t registers[WORDS];
static unsigned char *window; /* memory of exactly the length that was mapped */
static uint64_t mapped;

const char *memory_command_line_nth(const char *key, unsigned nth, size_t *length) {
    CHECK(strcmp(key, "virtio_mmio.device") == 0);
    *length = strlen(word);
    return nth == 0 ? word : NULL;
}

volatile void *arch_map_device(uint64_t address, uint64_t bytes) {
    if (address != ADDRESS || bytes > 0x1000) {
        return NULL;
    }
    free(window);
    window = calloc(1, bytes);
    mapped = bytes;
    memcpy(window, registers, bytes < sizeof registers ? bytes : sizeof registers);
    return window;
}

int arch_interrupt_attach(unsigned pin, void (*handler)(void *), void *argument) {
    CHECK(pin == 12);
    (void)handler, (void)argument;
    return 0;
}

void virtio_pci_find(void) {
}
static struct virtio *newest(unsigned *count) {
    struct virtio *last = NULL;
    *count = 0;
    for (struct virtio *device = NULL; (device = virtio_next(device, TYPE)) != NULL; ++*count) {
        last = device;
    }
    return last;
}

/* The device that a word of the command line names, or NULL. */
static struct virtio *named(const char *text) {
    unsigned before, after;
    word = "";
    (void)newest(&before);
    word = text;
    virtio_mmio_find();
    struct virtio *device = newest(&after);
    return after > before ? device : NULL;
}

static void fresh(void) {
    memset(registers, 0, sizeof registers);
    registers[MAGIC] = 0x74726976;
    registers[VERSION] = 2;
    registers[IDENTITY] = TYPE;
    registers[FEATURES] = 1; /* whichever word */
    registers[QUEUE_MOST] = QUEUE_SIZE;
}

static void change_configuration(struct virtio *device) {
    volatile uint32_t *at = device->mmio.registers;
    at[GENERATION]++;
    at[CONFIG]++;
    at[CONFIG + 1]++;
}

static void a_sound_window_is_a_device(void) {
    fresh();
    registers[CONFIG] = 0x04030201;
    struct virtio *device = named("512@0xfeb00e00:12");
    uint64_t features;
    struct virtq queue;
    CHECK(device != NULL && mapped == 512);
    CHECK(virtio_start(device, 0, &features) == 0 && features == 1ull << 32);
    CHECK(virtio_queue(device, 0, 256, &queue) == 0 && queue.size == QUEUE_SIZE);
    CHECK(virtio_queue(device, 0, 256, &queue) == -ENODEV); /* it is in use */
    CHECK(virtio_ready(device, NULL, NULL) == 0 && device->mmio.registers[STATUS] == 15);
    CHECK(virtio_config32(device, 0) == 0x04030201 && virtio_config64(device, 0xfc) == 0);
    CHECK(virtio_config8(device, UINT32_MAX) == 0);
}

static void the_configuration_ends_with_the_window(void) {
    fresh();
    registers[CONFIG] = 0x04030201;
    struct virtio *device = named("0x102@4272950784:12:7");
    CHECK(device != NULL && virtio_config8(device, 1) == 2 && virtio_config16(device, 0) == 0x0201);
    CHECK(virtio_config8(device, 2) == 0 && virtio_config16(device, 1) == 0 && virtio_config32(device, 0) == 0);
}

static void a_long_value_is_of_one_moment(void) {
    fresh();
    registers[CONFIG] = registers[CONFIG + 1] = 1;
    check_changing(named("512@0xfeb00e00:12"), change_configuration);
}

static void a_queue_of_no_size_is_none(void) {
    fresh();
    registers[QUEUE_MOST] = 0;
    struct virtq queue;
    CHECK(virtio_queue(named("1K@0xfeb00e00:12"), 0, 8, &queue) == -ENODEV && mapped == 1024);
    fresh();
    registers[QUEUE_MOST] = UINT32_MAX;
    CHECK(virtio_queue(named("1K@0xfeb00e00:12"), 0, VIRTQ_SIZE_MOST, &queue) == 0 && queue.size == VIRTQ_SIZE_MOST);
}

static void what_names_no_window_is_none(void) {
    fresh();
    static const char *const words[] = {
        "",
        "512",
        "512@",
        "512@0xfeb00e00",
        "@0xfeb00e00:12",
        "256@0xfeb00e00:12",
        "0x",
        "512@0xfeb00e:12",
        "512@:12",
        "512@0xfeb00e00:24",
        "512@0xfeb00e00 12",
        "512 @0xfeb00e00:12",
        "512@0xfeb00e01:12",
        "512M@0xfeb00e00:12",
        "99999999999999999999@0xfeb00e00:12",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        CHECK(named(words[i]) == NULL);
    }
}

static void what_is_no_modern_device_is_none(void) {
    static const struct {
        unsigned at;
        uint32_t value;
    } wrong[] = {{MAGIC, 0}, {VERSION, 1}, {VERSION, 3}, {IDENTITY, 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        fresh();
        registers[wrong[i].at] = wrong[i].value;
        CHECK(named("512@0xfeb00e00:12") == NULL);
    }
    fresh();
    registers[FEATURES] = 0;
    uint64_t features;
    CHECK(virtio_start(named("512@0xfeb00e00:12"), 0, &features) == -ENODEV);
}

int main(void) {
    a_sound_window_is_a_device();
    the_configuration_ends_with_the_window();
    a_long_value_is_of_one_moment();
    a_queue_of_no_size_is_none();
    what_names_no_window_is_none();
    what_is_no_modern_device_is_none();
    free(window);
    return 0;
}
