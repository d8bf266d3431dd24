/*
 * A handshake in which memory runs out, at each piece that it takes, one after the other: whoever misses it says that
 * it was memory, the other end ends or waits, a session beside them goes on, and all memory comes back.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "crypto/tls.h"
#include "malloc_arena.h"
#include "pipe.h"
#include "tls_files.h"

enum { SESSIONS = 4, STORE = 64 * 1024, STEPS_MOST = 100, PIECES_MOST = 50000, EACH = 250, STRIDE = 61 };

struct pair {
    struct pipe up, down;
    struct end server_end, client_end;
    struct tls_session *server, *client;
};

static struct tls_context *server, *client;
static struct pair beside, tried;

static bool waits(int status) {
    return status == TLS_WANT_READ || status == TLS_WANT_WRITE;
}

static void start(struct pair *pair) {
    memset(pair, 0, sizeof *pair);
    pair->server_end = (struct end){&pair->up, &pair->down};
    pair->client_end = (struct end){&pair->down, &pair->up};
    CHECK(tls_session_new(server, NULL, &pair->server) == 0);
    CHECK(tls_session_new(client, "host.test", &pair->client) == 0);
}

static void end(struct pair *pair) {
    tls_session_free(pair->server);
    tls_session_free(pair->client);
}

/* One end's status after a step that may be its last: of a failure the words say why. */
static int settled(int status) {
    CHECK(status == 0 || waits(status) || status == TLS_MEMORY || status == TLS_FAILED || status == TLS_CUT);
    CHECK(status != TLS_MEMORY || strcmp(tls_words(), "the memory of TLS is full") == 0);
    return status;
}

/* Both handshakes, as far as they go; whether memory was what one of them missed. */
static bool shake(struct pair *pair) {
    const struct tls_stream server_stream = {pipe_read, pipe_write, &pair->server_end};
    const struct tls_stream client_stream = {pipe_read, pipe_write, &pair->client_end};
    int here = TLS_WANT_READ, there = TLS_WANT_READ;
    for (int i = 0; i < STEPS_MOST && (waits(here) || waits(there)); i++) {
        there = waits(there) ? settled(tls_session_handshake(pair->client, &client_stream)) : there;
        pair->up.cut = !waits(there) && there != 0;
        here = waits(here) ? settled(tls_session_handshake(pair->server, &server_stream)) : here;
        pair->down.cut = !waits(here) && here != 0;
    }
    CHECK(!waits(here) && !waits(there));
    return here == TLS_MEMORY || there == TLS_MEMORY;
}

static void talk(struct pair *pair) {
    const struct tls_stream server_stream = {pipe_read, pipe_write, &pair->server_end};
    const struct tls_stream client_stream = {pipe_read, pipe_write, &pair->client_end};
    char bytes[8] = "";
    CHECK(tls_session_write(pair->client, &client_stream, "hello", sizeof "hello") == sizeof "hello");
    CHECK(tls_session_read(pair->server, &server_stream, bytes, sizeof bytes) == sizeof "hello");
    CHECK(strcmp(bytes, "hello") == 0);
}

static void all_of_version(enum tls_version version) {
    tls_context_versions(client, version, version);
    int pieces = 0;
    for (bool missed = true; missed; pieces += pieces < EACH ? 1 : STRIDE) {
        CHECK(pieces < PIECES_MOST);
        start(&tried);
        malloc_arena_left = pieces;
        const bool memory = shake(&tried);
        missed = malloc_arena_left < 0;
        malloc_arena_left = -1;
        CHECK(memory == missed);
        if (!missed) {
            talk(&tried);
        }
        end(&tried);
        talk(&beside);
    }
    printf("%d\n", pieces);
}

int main(void) {
    void *memory = aligned_alloc(TLS_ALIGN, tls_bytes(SESSIONS, STORE));
    CHECK(tls_start(memory, SESSIONS, STORE) == 0);
    server = tls_context_new(true), client = tls_context_new(false);
    CHECK(tls_context_load_chain(server, tls_chain, sizeof tls_chain, tls_key, sizeof tls_key) == 0);
    CHECK(tls_context_load_roots(client, tls_root, sizeof tls_root) == 0);
    start(&beside);
    CHECK(!shake(&beside));
    all_of_version(TLS_1_2);
    all_of_version(TLS_1_3);
    end(&beside);
    tls_context_drop(server);
    tls_context_drop(client);
    free(memory);
    return 0;
}
