/* What memory there is: found at the entry, never assumed. Addresses are physical and identical to virtual ones. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct memory_range {
    uintptr_t start;
    size_t bytes;
};

size_t memory_total_bytes(void);        /* all RAM that the memory map lists */
struct memory_range memory_heap(void);  /* the largest free range, page-aligned, mapped read+write, never executable */
struct memory_range memory_stack(void); /* without its guard page */

/* Memory for good, for a device that comes up, from what will be the heap; `align` is a power of two. What it holds is
 * not said. NULL when there is none, and once the runtime has its heap. */
void *memory_take(size_t bytes, size_t align);

/* The value of a "key=value" on the command line, or NULL; it ends at a space or NUL, *length says where. */
const char *memory_command_line(const char *key, size_t *length);

/* The same of a key that stands there more than once: 0 is the first. */
const char *memory_command_line_nth(const char *key, unsigned nth, size_t *length);
