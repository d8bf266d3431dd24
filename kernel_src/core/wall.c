/* Wall time: an offset that jumps when it is set, and grows or shrinks slowly when it is slewed. */
#include "wall.h"

static int64_t slewed_ns(const struct wall *wall, uint64_t now_ns) {
    const int64_t most = (int64_t)((now_ns - wall->slew_from_ns) / WALL_SLEW_SHARE);
    return wall->slew_ns > most ? most : wall->slew_ns < -most ? -most : wall->slew_ns;
}

int64_t wall_at(const struct wall *wall, uint64_t now_ns) {
    return wall->offset_ns + (int64_t)now_ns + slewed_ns(wall, now_ns);
}

void wall_set(struct wall *wall, uint64_t now_ns, int64_t wanted_ns, bool slew) {
    const bool at_once = !slew || !wall->known;
    const int64_t kept_ns = at_once ? wanted_ns : wall_at(wall, now_ns);
    *wall = (struct wall){
        .known = true,
        .offset_ns = kept_ns - (int64_t)now_ns,
        .slew_ns = wanted_ns - kept_ns,
        .slew_from_ns = now_ns,
    };
}
