/* Wall time beside monotonic time: how far apart they are, and how that changes when somebody knows better. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WALL_SLEW_SHARE = 2000 }; /* slewing, wall time is faster or slower by this share at most */

struct wall {
    bool known;
    int64_t offset_ns; /* how much later it is, apart from what is slewed */
    int64_t slew_ns;   /* what is added by and by, from slew_from_ns on */
    uint64_t slew_from_ns;
};

/* Wall time at that moment of monotonic time; known, and moments do not go back. */
int64_t wall_at(const struct wall *wall, uint64_t now_ns);

/* It is that from now on: at once, or by and by, so that it never goes back. One that is not known is set at once. What
 * was left of a slew is forgotten. */
void wall_set(struct wall *wall, uint64_t now_ns, int64_t wanted_ns, bool slew);
