/*
 * As many handshakes at once as there are sessions, each a step at a time, so that all have their keys together: the
 * table of keys is large enough. Then the same again, and no memory is lost.
 */
#include <stdlib.h>

#include "check.h"
#include "crypto/tls.h"
#include "pipe.h"
#include "tls_files.h"

enum { PAIRS = 64, SESSIONS = 2 * PAIRS, STORE = 64 * 1024, ROUNDS = 2, STEPS_MOST = 4000, ROOM = 40 };

static struct pair {
    struct pipe up, down;
    struct end server_end, client_end;
    struct tls_session *here, *there;
} pairs[PAIRS];

static bool waits(int status) {
    CHECK(status == 0 || status == TLS_WANT_READ || status == TLS_WANT_WRITE);
    return status != 0;
}

static bool step(struct pair *pair) {
    const struct tls_stream server_stream = {pipe_read, pipe_write, &pair->server_end};
    const struct tls_stream client_stream = {pipe_read, pipe_write, &pair->client_end};
    bool more = waits(tls_session_handshake(pair->there, &client_stream));
    more |= waits(tls_session_handshake(pair->here, &server_stream));
    if (!more) {
        char none[1];
        (void)tls_session_read(pair->there, &client_stream, none, sizeof none); /* the ticket, to make room */
    }
    return more;
}

static void all(struct tls_context *server, struct tls_context *client) {
    for (int i = 0; i < PAIRS; i++) {
        struct pair *pair = &pairs[i];
        pair->up.from = pair->up.to = pair->down.from = pair->down.to = 0;
        pair->up.room = pair->down.room = ROOM; /* so little that nobody's handshake is over at once */
        pair->server_end = (struct end){&pair->up, &pair->down};
        pair->client_end = (struct end){&pair->down, &pair->up};
        CHECK(tls_session_new(server, NULL, &pair->here) == 0);
        CHECK(tls_session_new(client, "host.test", &pair->there) == 0);
    }
    struct tls_session *none;
    CHECK(tls_session_new(server, NULL, &none) == TLS_MEMORY);
    bool more = true;
    for (int steps = 0; more; steps++) {
        CHECK(steps < STEPS_MOST);
        more = false;
        for (int i = 0; i < PAIRS; i++) {
            more |= step(&pairs[i]);
        }
    }
    for (int i = 0; i < PAIRS; i++) {
        tls_session_free(pairs[i].here);
        tls_session_free(pairs[i].there);
    }
}

int main(void) {
    void *memory = aligned_alloc(TLS_ALIGN, tls_bytes(SESSIONS, STORE));
    CHECK(tls_start(memory, SESSIONS, STORE) == 0);
    struct tls_context *server = tls_context_new(true), *client = tls_context_new(false);
    CHECK(tls_context_load_chain(server, tls_chain, sizeof tls_chain, tls_key, sizeof tls_key) == 0);
    CHECK(tls_context_load_roots(client, tls_root, sizeof tls_root) == 0);
    for (int round = 0; round < ROUNDS; round++) {
        all(server, client);
    }
    tls_context_drop(server);
    tls_context_drop(client);
    free(memory);
    return 0;
}
