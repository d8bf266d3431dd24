/* A session, as its files see it. */
#pragma once

#include "context.h"
#include "platform.h"
#include "words.h"

struct tls_session {
    struct arena *arena;
    struct tls_context *context;
    const struct tls_stream *stream; /* while a call runs */
    bool blocked;                    /* the stream had nothing, or took nothing, in this call */
    bool ended;                      /* the peer has said that nothing follows */
    bool lacked;                     /* memory */
    bool goes_on;                    /* as far as is known, from where a saved one was */
    size_t accepted;                 /* bytes that are in a record already, while a write said TLS_WANT_WRITE */
    struct verdict verdict;
    mbedtls_ssl_context ssl;
};
