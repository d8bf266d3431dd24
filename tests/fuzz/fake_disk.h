/* A disk, and what is true of its answers. */
#pragma once

#include "fake_device.h"

enum { DISK_SECTORS = 64, DISK_SECTOR_BYTES = 512, DISK_OPERATION_SECTORS = 8 };

/* What the driver was asked to do, so that no request can ask for more. */
struct disk_operation {
    unsigned char *bytes;
    uint64_t block, count;
};

struct disk {
    struct fake_device device; /* first: the one is found by the other */
    const char *serial;

    struct disk_operation operation;
    unsigned asked; /* requests of the operation so far */
    uint64_t asked_ns;
    /* Of the newest request: what was true since it came, each at some moment. Only an answer makes all of them true.
     */
    bool moved, named, measured, succeeded;
    unsigned char content[DISK_SECTORS * DISK_SECTOR_BYTES];
};

/* Makes a disk, to be presented. */
void disk_start(struct disk *disk, const char *serial, bool honest, bool eager);

void disk_begin(struct disk *disk, struct disk_operation operation);
void disk_turn(struct disk *disk);

/* Whether the newest request has had an answer that says success. */
bool disk_answered(const struct disk *disk);
