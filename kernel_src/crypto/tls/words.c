/* Failures in words: what mbedTLS found, what the peer said, why a certificate was not accepted. */
#include "words.h"

#include <stddef.h>
#include <string.h>

#include "crypto/tls.h"
#include "mbedtls/asn1.h"
#include "mbedtls/error.h"
#include "mbedtls/pem.h"

enum { DECIMAL = 10, NUMBER_DIGITS = 12, ALERT_BYTES = 2 };

static char words[TLS_WORDS_BYTES];

const char *tls_words(void) {
    return words;
}

void words_begin(const char *text) {
    words[0] = 0;
    words_add(text);
}

void words_add(const char *text) {
    const size_t at = strlen(words);
    size_t length = strlen(text);
    length = length < sizeof words - 1 - at ? length : sizeof words - 1 - at;
    memcpy(words + at, text, length);
    words[at + length] = 0;
}

static void add_digits(unsigned number, unsigned least) {
    char digits[NUMBER_DIGITS] = {0};
    char *at = &digits[NUMBER_DIGITS - 1];
    do {
        *--at = (char)('0' + number % DECIMAL);
        number /= DECIMAL;
    } while (number > 0 || (unsigned)(&digits[NUMBER_DIGITS - 1] - at) < least);
    words_add(at);
}

void words_add_number(int number) {
    if (number < 0) {
        words_add("-");
    }
    add_digits(number < 0 ? 0U - (unsigned)number : (unsigned)number, 1);
}

static void add_day(const mbedtls_x509_time *time) {
    words_add_number(time->year);
    words_add("-");
    add_digits((unsigned)time->mon, 2);
    words_add("-");
    add_digits((unsigned)time->day, 2);
}

/* Alerts: RFC 8446, 6.2. */
static const struct {
    int number;
    const char *text;
} alerts[] = {
    {MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE, "unexpected message"},
    {MBEDTLS_SSL_ALERT_MSG_BAD_RECORD_MAC, "bad record"},
    {MBEDTLS_SSL_ALERT_MSG_RECORD_OVERFLOW, "record too long"},
    {MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE, "nothing in common"},
    {MBEDTLS_SSL_ALERT_MSG_BAD_CERT, "bad certificate"},
    {MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT, "certificate of an unsupported kind"},
    {MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED, "certificate revoked"},
    {MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED, "certificate expired"},
    {MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN, "certificate not accepted"},
    {MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER, "illegal parameter"},
    {MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA, "unknown root"},
    {MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED, "access denied"},
    {MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR, "a message that cannot be read"},
    {MBEDTLS_SSL_ALERT_MSG_DECRYPT_ERROR, "a signature or finish that is wrong"},
    {MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION, "no version in common"},
    {MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY, "not safe enough"},
    {MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR, "an error of its own"},
    {MBEDTLS_SSL_ALERT_MSG_MISSING_EXTENSION, "missing extension"},
    {MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME, "unknown name"},
    {MBEDTLS_SSL_ALERT_MSG_CERT_REQUIRED, "a certificate is required"},
    {MBEDTLS_SSL_ALERT_MSG_NO_APPLICATION_PROTOCOL, "no application protocol in common"},
};

/* mbedTLS keeps the alert where it keeps every message that came: its level, then what it says. */
static int of_alert(const mbedtls_ssl_context *ssl) {
    const unsigned char *message = ssl->MBEDTLS_PRIVATE(in_msg);
    const int number = message == NULL ? 0 : message[ALERT_BYTES - 1];
    words_begin("the peer gave up: ");
    for (size_t i = 0; i < sizeof alerts / sizeof *alerts; i++) {
        if (alerts[i].number == number) {
            words_add(alerts[i].text);
            words_add(", ");
        }
    }
    words_add("alert ");
    words_add_number(number);
    return TLS_FAILED;
}

static const struct {
    int error;
    const char *text;
} errors[] = {
    {MBEDTLS_ERR_SSL_INVALID_MAC, "a record was changed on its way, or is under other keys"},
    {MBEDTLS_ERR_SSL_INVALID_RECORD, "what came is no record of TLS"},
    {MBEDTLS_ERR_SSL_BAD_INPUT_DATA, "a record of the peer is longer than there are any"},
    {MBEDTLS_ERR_SSL_DECODE_ERROR, "a message of the peer cannot be read"},
    {MBEDTLS_ERR_SSL_ILLEGAL_PARAMETER, "a message of the peer says what it must not"},
    {MBEDTLS_ERR_SSL_UNEXPECTED_MESSAGE, "a message of the peer came out of its order"},
    {MBEDTLS_ERR_SSL_UNSUPPORTED_EXTENSION, "the peer uses an extension that nobody asked for"},
    {MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE, "the client shows no certificate"},
    {MBEDTLS_ERR_SSL_NO_APPLICATION_PROTOCOL, "no application protocol (ALPN) in common"},
    {MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION, "no version of TLS in common"},
    {MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE, "nothing in common: cipher suites, curves or kinds of certificates"},
    {MBEDTLS_ERR_SSL_PRIVATE_KEY_REQUIRED, "the server has no certificate: load_cert_chain gives it one"},
    {MBEDTLS_ERR_SSL_BAD_CERTIFICATE, "the peer's certificate is not for this use, or cannot be read"},
    {MBEDTLS_ERR_SSL_CONN_EOF, "the peer went away in the handshake"},
};

static bool is_memory(int error) {
    /* The high part is a module's, the low part that of a module below it. */
    const int high = -(-error & 0x7f80);
    return error == MBEDTLS_ERR_SSL_ALLOC_FAILED || high == MBEDTLS_ERR_X509_ALLOC_FAILED ||
           high == MBEDTLS_ERR_PK_ALLOC_FAILED || error == MBEDTLS_ERR_PEM_ALLOC_FAILED ||
           error == MBEDTLS_ERR_MPI_ALLOC_FAILED || error == MBEDTLS_ERR_ECP_ALLOC_FAILED ||
           error == MBEDTLS_ERR_ASN1_ALLOC_FAILED || -(-error & 0x7f) == MBEDTLS_ERR_MPI_ALLOC_FAILED;
}

int words_of_error(int error, const mbedtls_ssl_context *ssl) {
    if (error == MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE && ssl != NULL) {
        return of_alert(ssl);
    }
    if (is_memory(error)) {
        words_begin("the memory of TLS is full");
        return TLS_MEMORY;
    }
    for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
        if (errors[i].error == error) {
            words_begin(errors[i].text);
            return error == MBEDTLS_ERR_SSL_CONN_EOF ? TLS_CUT : TLS_FAILED;
        }
    }
    words_begin("mbedTLS failed with error ");
    words_add_number(error);
    return TLS_FAILED;
}

int words_of_verdict(const struct verdict *verdict, const char *host) {
    const uint32_t flags = verdict->flags;
    if (verdict->clock_unset) {
        words_begin("the clock is not set, so no certificate can be checked: set it, as by NTP, first");
        return TLS_UNVERIFIED;
    }
    words_begin("the certificate");
    if (host != NULL) {
        words_add(" of ");
        words_add(host);
    }
    if (flags & MBEDTLS_X509_BADCERT_EXPIRED) {
        words_add(" expired on ");
        add_day(&verdict->to);
    } else if (flags & MBEDTLS_X509_BADCERT_FUTURE) {
        words_add(" is not valid before ");
        add_day(&verdict->from);
    } else if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH) {
        words_add(" is for another name");
    } else if (flags & MBEDTLS_X509_BADCERT_NOT_TRUSTED) {
        words_add(verdict->self_signed ? " is self-signed, and none of the roots" : " comes from none of the roots");
    } else if (flags & (MBEDTLS_X509_BADCERT_KEY_USAGE | MBEDTLS_X509_BADCERT_EXT_KEY_USAGE)) {
        words_add(" is not for this use");
    } else {
        words_add(" is signed by a hash or key that is too weak");
    }
    return TLS_UNVERIFIED;
}
