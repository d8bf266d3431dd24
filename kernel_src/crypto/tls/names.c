/* The names that a certificate is for: RFC 5280, 4.2.1.6; a star stands for the whole of the leftmost label. */
#include "names.h"

#include <string.h>

enum { NAME_OF_HOST = 0x82 }; /* the tag of a dNSName */

static char lower(char letter) {
    return letter >= 'A' && letter <= 'Z' ? (char)(letter - 'A' + 'a') : letter;
}

static bool equal(const char *a, const char *b, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

static bool name_holds(const char *name, size_t name_length, const char *host, size_t length) {
    if (name_length > 2 && name[0] == '*' && name[1] == '.') {
        const char *dot = memchr(host, '.', length);
        if (dot == NULL || dot == host) {
            return false;
        }
        name++, name_length--;
        length -= (size_t)(dot - host);
        host = dot;
    }
    return name_length == length && equal(name, host, length);
}

bool names_hold(const mbedtls_x509_crt *certificate, const char *host, size_t length) {
    for (const mbedtls_x509_sequence *each = &certificate->subject_alt_names; each != NULL; each = each->next) {
        if (each->buf.tag == NAME_OF_HOST && name_holds((const char *)each->buf.p, each->buf.len, host, length)) {
            return true;
        }
    }
    return false;
}
