/* The records, and the note that tells the host where they lie. */
#include "records.h"

extern const char image_end[], least_memory_bytes[];

struct abi_records records;

#define NOTE_ALIGNED __attribute__((aligned(4), used, section(".note.unikernel.records")))

static const struct {
    uint32_t owner_bytes;
    uint32_t description_bytes;
    uint32_t type;
    char owner[12]; /* padded to 4 bytes */
    uint64_t place[3];
} __attribute__((packed)) place_note NOTE_ALIGNED = {
    .owner_bytes = sizeof ABI_NOTE_OWNER,
    .description_bytes = sizeof(struct abi_place),
    .type = ABI_NOTE_RECORDS,
    .owner = ABI_NOTE_OWNER,
    .place = {(uint64_t)&records, (uint64_t)image_end, (uint64_t)least_memory_bytes},
};
