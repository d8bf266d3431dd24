/*
 * Counting, of what goes through disks, consoles, nics and sources of randomness, for metrics.c. Drivers count nothing:
 * in an image with Metrics, and in no other, this stands between a device and those who use it.
 */
#include "metrics_count.h"

#include "unikernel/block.h"
#include "unikernel/console.h"
#include "unikernel/entropy.h"
#include "unikernel/link.h"

enum { DEVICES_MOST = 32 };

const char *const counter_names[COUNTERS] = {
    "reads", "writes", "flushes", "discards", "read_bytes", "written_bytes", "errors",
};

static struct counted {
    struct driver driver; /* the device's own, but for the operations */
    const void *operations;
    uint64_t counters[COUNTERS];
} counted[DEVICES_MOST];

static struct counted *of(struct device *self) {
    return (struct counted *)self->driver;
}

/* One operation, the bytes it moved unless it failed, and its answer. */
static int note(struct device *self, enum counter what, enum counter bytes_of, uint64_t bytes, int answer) {
    uint64_t *counters = of(self)->counters;
    counters[what]++;
    counters[answer < 0 ? ERRORS : bytes_of] += answer < 0 ? 1 : bytes;
    return answer;
}

static const struct block_operations *block(struct device *self) {
    return of(self)->operations;
}

static struct block_geometry block_geometry(struct device *self) {
    return block(self)->geometry(self);
}

static int block_read(struct device *self, uint64_t first, void *bytes, uint32_t count) {
    const uint64_t length = (uint64_t)count * block(self)->geometry(self).block_bytes;
    return note(self, READS, READ_BYTES, length, block(self)->read(self, first, bytes, count));
}

static int block_write(struct device *self, uint64_t first, const void *bytes, uint32_t count) {
    const uint64_t length = (uint64_t)count * block(self)->geometry(self).block_bytes;
    return note(self, WRITES, WRITTEN_BYTES, length, block(self)->write(self, first, bytes, count));
}

static int block_flush(struct device *self) {
    return note(self, FLUSHES, FLUSHES, 0, block(self)->flush(self));
}

static int block_discard(struct device *self, uint64_t first, uint64_t count) {
    return note(self, DISCARDS, DISCARDS, 0, block(self)->discard(self, first, count));
}

static const struct block_operations block_operations = {
    .geometry = block_geometry,
    .read = block_read,
    .write = block_write,
    .flush = block_flush,
    .discard = block_discard,
};

static const struct console_operations *console(struct device *self) {
    return of(self)->operations;
}

static void console_written(struct device *self, const void *bytes, size_t length) {
    console(self)->write(self, bytes, length);
    note(self, WRITES, WRITTEN_BYTES, length, 0);
}

static size_t console_taken(struct device *self, void *bytes, size_t length) {
    const size_t taken = console(self)->read(self, bytes, length);
    if (taken > 0) {
        note(self, READS, READ_BYTES, taken, 0);
    }
    return taken;
}

static struct console_operations console_operations[DEVICES_MOST]; /* each the device's own, but for these two */

static int entropy_filled(struct device *self, void *bytes, size_t length) {
    const struct entropy_operations *below = of(self)->operations;
    return note(self, READS, READ_BYTES, length, below->fill(self, bytes, length));
}

static const struct entropy_operations entropy_operations = {.fill = entropy_filled};

static const struct link_operations *link(struct device *self) {
    return of(self)->operations;
}

static void link_sent(struct device *self, uint32_t length) {
    link(self)->send(self, length);
    note(self, WRITES, WRITTEN_BYTES, length, 0);
}

static void link_taken(struct device *self) {
    uint32_t length = 0;
    (void)link(self)->frame(self, &length); /* the one that is taken now */
    link(self)->taken(self);
    note(self, READS, READ_BYTES, length, 0);
}

static struct link_operations link_operations[DEVICES_MOST]; /* the same */

static void stand_between(struct device *device, unsigned number) {
    struct counted *place = &counted[number];
    *place = (struct counted){.driver = *device->driver, .operations = device->driver->operations};
    switch (device->driver->provides) {
    case INTERFACE_BLOCK:
        place->driver.operations = &block_operations;
        break;
    case INTERFACE_CONSOLE:
        console_operations[number] = *(const struct console_operations *)place->operations;
        console_operations[number].write = console_written;
        console_operations[number].read = console_taken;
        place->driver.operations = &console_operations[number];
        break;
    case INTERFACE_LINK:
        link_operations[number] = *(const struct link_operations *)place->operations;
        link_operations[number].send = link_sent;
        link_operations[number].taken = link_taken;
        place->driver.operations = &link_operations[number];
        break;
    case INTERFACE_ENTROPY:
        place->driver.operations = &entropy_operations;
        break;
    default:
        return;
    }
    device->driver = &place->driver;
}

void count_all(void) {
    for (unsigned i = 0; i < DEVICES_MOST && devices[i] != NULL; i++) {
        stand_between(devices[i], i);
    }
}

static bool is_counted(struct device *device) {
    const struct counted *place = of(device);
    return place >= counted && place < counted + DEVICES_MOST;
}

const uint64_t *counters_of(struct device *device) {
    return is_counted(device) ? of(device)->counters : NULL;
}

const void *operations_uncounted(struct device *device) {
    return is_counted(device) ? of(device)->operations : device->driver->operations;
}
