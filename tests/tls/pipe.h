/* A stream in memory with two ends, which takes and gives no more than it is told to. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "crypto/tls.h"

enum { PIPE_BYTES = 1 << 16 };

struct pipe {
    size_t from, to;
    bool cut;     /* its writer is gone */
    size_t room;  /* it takes no more than so many at once; 0: whatever comes */
    size_t spoil; /* the byte of this number is changed on its way; 0: none */
    size_t count; /* that went in */
    unsigned char bytes[PIPE_BYTES];
};

struct end {
    struct pipe *in, *out;
};

int pipe_read(void *end, void *bytes, size_t length);
int pipe_write(void *end, const void *bytes, size_t length);
