/* Near differences are slewed, far ones must be said twice, absurd ones are refused; the first answer is taken. */
#include "ntp_policy.h"

#define NS_PER_MS 1000000ll
#define STEP_NS   (128 * NS_PER_MS)         /* STEPT */
#define PANIC_NS  (1000 * 1000 * NS_PER_MS) /* PANICT */

static bool within(int64_t ns, int64_t bound_ns) {
    return ns <= bound_ns && ns >= -bound_ns;
}

enum ntp_verdict ntp_judge(bool known, int64_t offset_ns, int64_t *doubt_ns) {
    const int64_t doubted_ns = *doubt_ns;
    *doubt_ns = 0;
    if (!known) {
        return NTP_STEP;
    }
    if (!within(offset_ns, PANIC_NS)) {
        return NTP_REFUSE;
    }
    if (within(offset_ns, STEP_NS)) {
        return NTP_SLEW;
    }
    if (doubted_ns != 0 && within(offset_ns - doubted_ns, STEP_NS)) {
        return NTP_STEP;
    }
    *doubt_ns = offset_ns;
    return NTP_DOUBT;
}
