/* What a network offers beside an address, and the machine's name on it. */
#include "offers.h"

#include "unikernel/device.h"

ip_addr_t offers_ntp;

const char *net_hostname(const char *given) {
    enum { LABEL_BYTES = 64 }; /* RFC 1035, section 2.3.4, and the NUL */
    static char name[LABEL_BYTES];
    if (*given != 0) {
        return given;
    }
    unsigned length = 0;
    while (length + 1 < sizeof name && stack_name[length] != 0) {
        const char c = stack_name[length];
        name[length++] = c == '_' || c == '.' ? '-' : c;
    }
    while (length > 0 && name[length - 1] == '-') {
        length--;
    }
    name[length] = 0;
    return name;
}
