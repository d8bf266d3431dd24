/* Names that the stack knows by itself: RFC 1123, section 2.1; RFC 6761, section 6.3. The host has checked the table.
 */
#include "dns_hosts.h"

#include <string.h>

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool same(const char *name, const char *other, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (name[i] == 0 || lower(name[i]) != lower(other[i])) {
            return false;
        }
    }
    return name[length] == 0;
}

bool dns_hosts_read(const char *list, uint8_t family, struct address *address) {
    char one[ADDRESS_TEXT_BYTES];
    const size_t length = strcspn(list, ",");
    if (length >= sizeof one) {
        return false;
    }
    memcpy(one, list, length);
    one[length] = 0;
    *address = (struct address){0};
    return address_read(one, family, address);
}

static unsigned look(const char *hosts, const char *name, uint8_t family, struct address *found, unsigned most) {
    unsigned count = 0;
    for (const char *at = hosts; *at != 0 && count < most;) {
        const size_t its_name = strcspn(at, "=,");
        if (at[its_name] == '=' && same(name, at, its_name) &&
            dns_hosts_read(at + its_name + 1, family, &found[count])) {
            count++;
        }
        at += strcspn(at, ",");
        at += *at == ',';
    }
    return count;
}

unsigned dns_hosts_find(const char *hosts, const char *name, uint8_t family, struct address *found, unsigned most) {
    const unsigned count = look(hosts, name, family, found, most);
    return count > 0 ? count : look("localhost=127.0.0.1,localhost=::1", name, family, found, most);
}
