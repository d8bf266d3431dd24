#include "pipe.h"

#include <string.h>

int pipe_read(void *of, void *bytes, size_t length) {
    struct pipe *pipe = ((struct end *)of)->in;
    const size_t there = pipe->to - pipe->from;
    if (there == 0) {
        return pipe->cut ? 0 : TLS_WANT_READ;
    }
    const size_t some = length < there ? length : there;
    memcpy(bytes, pipe->bytes + pipe->from, some);
    pipe->from += some;
    return (int)some;
}

int pipe_write(void *of, const void *bytes, size_t length) {
    struct pipe *pipe = ((struct end *)of)->out;
    if (pipe->from == pipe->to) {
        pipe->from = pipe->to = 0;
    }
    size_t some = PIPE_BYTES - pipe->to;
    some = length < some ? length : some;
    if (pipe->room != 0) {
        const size_t waiting = pipe->to - pipe->from;
        const size_t left = waiting < pipe->room ? pipe->room - waiting : 0;
        some = some < left ? some : left;
    }
    memcpy(pipe->bytes + pipe->to, bytes, some);
    if (pipe->spoil > pipe->count && pipe->spoil <= pipe->count + some) {
        pipe->bytes[pipe->to + pipe->spoil - pipe->count - 1] ^= 1;
    }
    pipe->to += some;
    pipe->count += some;
    return some == 0 ? TLS_WANT_WRITE : (int)some;
}
