/* sources: core/calendar.c mbedtls:tls
 * beside: input.c ../tls/malloc_arena.c ../tls/pipe.c ../tls/world.c */
/*
 * TLS against a peer that says anything, and against one between the ends who changes, drops and adds bytes: each call
 * says what tls.h knows, a failure has words, nothing is written behind the end, and all memory comes back.
 */
#include <stdlib.h>
#include <string.h>

#include "../tls/pipe.h"
#include "../tls/world.h"
#include "check.h"
#include "crypto/tls.h"
#include "input.h"
#include "tls_files.h"

enum { SESSIONS = 2, STORE = 64 * 1024, STEPS_MOST = 200, CHANGES_MOST = 8, TEXT_BYTES = 300 };

static void *memory;
static struct tls_context *server, *client;
static struct pipe up, down;
static struct end server_end = {&up, &down}, client_end = {&down, &up};
static const struct tls_stream server_stream = {pipe_read, pipe_write, &server_end};
static const struct tls_stream client_stream = {pipe_read, pipe_write, &client_end};

static void start(void) {
    memory = aligned_alloc(TLS_ALIGN, tls_bytes(SESSIONS, STORE));
    CHECK(tls_start(memory, SESSIONS, STORE) == 0);
    static const char *const names[] = {"lines", "other"};
    server = tls_context_new(true);
    client = tls_context_new(false);
    CHECK(tls_context_load_chain(server, tls_chain, sizeof tls_chain, tls_key, sizeof tls_key) == 0);
    CHECK(tls_context_load_chain(client, tls_chain, sizeof tls_chain, tls_key, sizeof tls_key) == 0);
    CHECK(tls_context_load_roots(server, tls_root, sizeof tls_root) == 0);
    CHECK(tls_context_load_roots(client, tls_root, sizeof tls_root) == 0);
    CHECK(tls_context_alpn(server, names, 2) == 0 && tls_context_alpn(client, names, 2) == 0);
}

static bool waits(int status) {
    return status == TLS_WANT_READ || status == TLS_WANT_WRITE;
}

static void check_status(int status) {
    CHECK(status >= TLS_FAILED && status != TLS_STREAM);
    CHECK((status != TLS_FAILED && status != TLS_UNVERIFIED) || strlen(tls_words()) > 0);
}

/* What is asked of it after the handshake, or while it lasts. */
static int use(struct tls_session *session, const struct tls_stream *stream) {
    char bytes[TEXT_BYTES] = {0};
    unsigned bits;
    size_t length;
    (void)tls_session_version(session);
    (void)tls_session_cipher(session, &bits);
    (void)tls_session_alpn(session);
    (void)tls_session_peer(session, &length);
    (void)tls_session_pending(session);
    int status = tls_session_write(session, stream, bytes, sizeof bytes);
    check_status(status);
    if (status >= 0 || waits(status)) {
        status = tls_session_read(session, stream, bytes, sizeof bytes);
        check_status(status);
        CHECK(status <= TEXT_BYTES);
    }
    return status;
}

/* A stranger on the other side says the rest of the input. */
static void alone(struct tls_session *session, bool is_server) {
    struct pipe *in = is_server ? &up : &down;
    const struct tls_stream *stream = is_server ? &server_stream : &client_stream;
    int status = TLS_WANT_READ;
    for (int i = 0; i < STEPS_MOST && (status >= 0 || waits(status)); i++) {
        if (in->from == in->to) {
            in->from = in->to = 0;
        }
        while (!input_over() && in->to < PIPE_BYTES && input_below(64) != 0) {
            in->bytes[in->to++] = (unsigned char)input_number(1);
        }
        in->cut = input_over();
        status = use(session, stream);
    }
}

/* Somebody between the two has what is on its way. */
static void tamper(struct pipe *pipe) {
    enum { CHANGE, DROP, DOUBLE, CUT, WAYS };
    const size_t there = pipe->to - pipe->from;
    unsigned char *bytes = pipe->bytes + pipe->from;
    const size_t at = (size_t)input_number(2) % (there + 1);
    switch (there == 0 ? CUT : input_below(WAYS)) {
    case CHANGE:
        bytes[at % there] = (unsigned char)input_number(1);
        break;
    case DROP:
        memmove(bytes + at, bytes + at + (at < there), there - at - (at < there));
        pipe->to -= at < there;
        break;
    case DOUBLE:
        if (pipe->to + there - at < PIPE_BYTES) {
            memcpy(bytes + there, bytes + at, there - at);
            pipe->to += there - at;
        }
        break;
    default:
        pipe->to = pipe->from + at;
        pipe->cut = true;
        break;
    }
}

static void together(struct tls_session *here, struct tls_session *there) {
    int server_status = TLS_WANT_READ, client_status = TLS_WANT_READ;
    for (int i = 0; i < STEPS_MOST && (waits(server_status) || waits(client_status)); i++) {
        if (waits(client_status)) {
            client_status = use(there, &client_stream);
            up.cut |= !waits(client_status) && client_status < 0;
        }
        if (!input_over() && input_below(4) == 1) {
            tamper(&up);
        }
        if (waits(server_status)) {
            server_status = use(here, &server_stream);
            down.cut |= !waits(server_status) && server_status < 0;
        }
        if (!input_over() && input_below(4) == 1) {
            tamper(&down);
        }
    }
    if (client_status > 0) {
        (void)tls_session_close(there, &client_stream);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    enum { SERVER, CLIENT, BOTH, WAYS };
    if (memory == NULL) {
        start();
    }
    input_start(bytes, length);
    world_again();
    memset(&up, 0, offsetof(struct pipe, bytes)), memset(&down, 0, offsetof(struct pipe, bytes));
    const uint32_t way = input_below(WAYS);
    const enum tls_version most = input_below(2) ? TLS_1_2 : TLS_1_3;
    tls_context_versions(server, TLS_1_2, most);
    tls_context_versions(client, TLS_1_2, input_below(2) ? TLS_1_2 : TLS_1_3);
    tls_context_verify(server, (enum tls_verify)input_below(TLS_VERIFY_REQUIRED + 1), false);
    struct tls_session *here, *there;
    CHECK(tls_session_new(server, NULL, &here) == 0 && tls_session_new(client, "host.test", &there) == 0);
    up.room = down.room = (size_t)input_number(1) * 8;
    if (way == BOTH) {
        together(here, there);
    } else {
        alone(way == SERVER ? here : there, way == SERVER);
    }
    uint8_t saved[TLS_SAVED_BYTES];
    const size_t saved_length = tls_session_save(there, saved, sizeof saved);
    tls_session_free(here);
    tls_session_free(there);
    /* Both come again only if nothing of them was left. */
    CHECK(tls_session_new(server, NULL, &here) == 0 && tls_session_new(client, NULL, &there) == 0);
    CHECK(saved_length == 0 || tls_session_resume(there, saved, saved_length) == 0);
    tls_session_free(here);
    tls_session_free(there);
    return 0;
}
