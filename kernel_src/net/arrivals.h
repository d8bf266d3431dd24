/* Bytes that have come over a connection and that nobody has read: in the frames in which they came. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pbuf;

struct arrivals {
    struct pbuf *first, *last;
    size_t taken; /* of the first */
    size_t bytes; /* that are left */
};

/* Puts a chain behind; it is the queue's from now on. What fits into the last frame's room is copied there, so that
 * small segments do not hold a frame each. */
void arrivals_put(struct arrivals *arrivals, struct pbuf *chain);

/* Copies the first bytes; with `keep` they stay. How many there were. */
size_t arrivals_take(struct arrivals *arrivals, void *bytes, size_t length, bool keep);

void arrivals_drop(struct arrivals *arrivals);

/* Whether frames are so scarce that one may only bring what is waited for: to someone with nothing to read. */
bool arrivals_scarce(void);
