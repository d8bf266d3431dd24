/* What becomes of a difference between a server's time and ours: RFC 5905, section 11.3, for a client of one server. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum ntp_verdict {
    NTP_STEP,  /* the clock is set */
    NTP_SLEW,  /* it is moved by and by */
    NTP_DOUBT, /* nothing yet: the next answer must say the same */
    NTP_REFUSE /* nothing: it is absurd */
};

/* `known`: wall time has been set by a server before. `doubt_ns` is kept from one call to the next, 0 at first. */
enum ntp_verdict ntp_judge(bool known, int64_t offset_ns, int64_t *doubt_ns);
