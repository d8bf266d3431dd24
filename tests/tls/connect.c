/*
 * Both ends of TLS in one program, over a stream in memory. Each argument is KEY=VALUE: files of the server's chain and
 * key and of the client's roots, the host asked for, and what goes wrong. What the ends say is printed.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "crypto/tls.h"
#include "pipe.h"
#include "world.h"

enum { SESSIONS = 3, STORE = 64 * 1024, FILE_MOST = 1 << 20, TEXT_BYTES = 40000, ROUNDS = 10000 };

static int count;
static char **arguments;

static const char *option(const char *key) {
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], key, strlen(key)) == 0 && arguments[i][strlen(key)] == '=') {
            return arguments[i] + strlen(key) + 1;
        }
    }
    return NULL;
}

static long number(const char *key, long otherwise) {
    const char *value = option(key);
    return value == NULL ? otherwise : strtol(value, NULL, 0);
}

static uint8_t *content(const char *path, size_t *length) {
    uint8_t *bytes = malloc(FILE_MOST);
    FILE *file = fopen(path, "rb");
    CHECK(file != NULL);
    *length = fread(bytes, 1, FILE_MOST, file);
    fclose(file);
    return realloc(bytes, *length); /* a look beyond the end is seen */
}

static void check(int status, const char *what) {
    if (status != 0) {
        printf("%s %d %s\n", what, status, tls_words());
        exit(0);
    }
}

static void load_chain(struct tls_context *context, const char *chain, const char *key) {
    size_t chain_length, key_length;
    uint8_t *chain_bytes = content(chain, &chain_length), *key_bytes = content(key, &key_length);
    check(tls_context_load_chain(context, chain_bytes, chain_length, key_bytes, key_length), "chain");
    free(chain_bytes), free(key_bytes);
}

static void load_roots(struct tls_context *context, const char *path) {
    size_t length;
    uint8_t *bytes = content(path, &length);
    check(tls_context_load_roots(context, bytes, length), "roots");
    free(bytes);
}

static void alpn(struct tls_context *context, const char *key) {
    const char *name = option(key);
    if (name != NULL) {
        const char *const names[] = {"first", name};
        check(tls_context_alpn(context, names, 2), key);
    }
}

static struct tls_context *server_context(void) {
    struct tls_context *context = tls_context_new(true);
    CHECK(context != NULL);
    if (option("chain") != NULL) {
        load_chain(context, option("chain"), option("key"));
    }
    if (option("chain2") != NULL) {
        load_chain(context, option("chain2"), option("key2"));
    }
    if (option("client_roots") != NULL) {
        load_roots(context, option("client_roots"));
        tls_context_verify(context, (enum tls_verify)number("client_verify", TLS_VERIFY_REQUIRED), false);
    }
    tls_context_versions(context, (enum tls_version)number("server_least", TLS_1_2),
                         (enum tls_version)number("server_most", TLS_1_3));
    alpn(context, "server_alpn");
    return context;
}

static struct tls_context *client_context(void) {
    struct tls_context *context = tls_context_new(false);
    CHECK(context != NULL);
    if (option("roots") != NULL) {
        load_roots(context, option("roots"));
    }
    if (option("more_roots") != NULL) {
        load_roots(context, option("more_roots"));
        printf("roots %u\n", tls_context_roots(context));
    }
    if (option("client_chain") != NULL) {
        load_chain(context, option("client_chain"), option("client_key"));
    }
    tls_context_verify(context, (enum tls_verify)number("verify", TLS_VERIFY_REQUIRED), number("check_name", 1) != 0);
    tls_context_versions(context, (enum tls_version)number("client_least", TLS_1_2),
                         (enum tls_version)number("client_most", TLS_1_3));
    alpn(context, "client_alpn");
    return context;
}

static struct pipe up, down;

static void tell(const char *who, int status) {
    printf("%s %d %s\n", who, status, status == TLS_UNVERIFIED || status == TLS_FAILED ? tls_words() : "");
}

static bool waits(int status) {
    return status == TLS_WANT_READ || status == TLS_WANT_WRITE;
}

/* Bytes from one to the other, however little goes at a time. */
static bool talk(struct tls_session *from, const struct tls_stream *out, struct tls_session *to,
                 const struct tls_stream *in) {
    static char sent[TEXT_BYTES], come[TEXT_BYTES];
    for (size_t i = 0; i < TEXT_BYTES; i++) {
        sent[i] = (char)(i * 7 + i / 256);
    }
    size_t written = 0, read = 0;
    for (int i = 0; read < TEXT_BYTES && i < ROUNDS; i++) {
        const size_t most = i % 3 == 0 ? 100 : TEXT_BYTES; /* another length than the last, as callers may have */
        const size_t left = TEXT_BYTES - written < most ? TEXT_BYTES - written : most;
        const int status = left == 0 ? 0 : tls_session_write(from, out, sent + written, left);
        CHECK(status >= 0 || waits(status));
        written += status > 0 ? (size_t)status : 0;
        char none[1];
        CHECK(waits(tls_session_read(from, out, none, sizeof none))); /* a ticket may have to make room */
        const int got = tls_session_read(to, in, come + read, TEXT_BYTES - read);
        if (got <= 0 && !waits(got)) {
            tell("reader", got);
            return false;
        }
        read += got > 0 ? (size_t)got : 0;
        if (left == 0 && got == TLS_WANT_READ) {
            (void)tls_session_write(from, out, sent, 0); /* what is left of the last record */
        }
    }
    CHECK(read == TEXT_BYTES && memcmp(sent, come, TEXT_BYTES) == 0);
    return true;
}

/* In order on one side, without a word on the other. */
static void say_end(struct tls_session *there, const struct tls_stream *client_stream, struct tls_session *here,
                    const struct tls_stream *server_stream) {
    char end[1];
    CHECK(tls_session_close(there, client_stream) == 0);
    CHECK(tls_session_read(here, server_stream, end, 1) == TLS_CLOSED);
    CHECK(tls_session_read(here, server_stream, end, 1) == TLS_CLOSED);
    down.cut = true;
    CHECK(tls_session_read(there, client_stream, end, 1) == TLS_CUT);
}

int main(int argument_count, char **values) {
    count = argument_count;
    arguments = values;
    world_now_s = number("now", world_now_s);
    const size_t store = (size_t)number("store", STORE);
    void *memory = aligned_alloc(TLS_ALIGN, tls_bytes(SESSIONS, store));
    CHECK(tls_start(memory, SESSIONS, store) == 0);
    struct tls_context *server = server_context(), *client = client_context();
    for (long round = number("rounds", 1); round > 0; round--) {
        memset(&up, 0, sizeof up), memset(&down, 0, sizeof down);
        up.room = down.room = (size_t)number("room", 0);
        up.spoil = (size_t)number("spoil_up", 0), down.spoil = (size_t)number("spoil_down", 0);
        struct end server_end = {&up, &down}, client_end = {&down, &up};
        const struct tls_stream server_stream = {pipe_read, pipe_write, &server_end};
        const struct tls_stream client_stream = {pipe_read, pipe_write, &client_end};
        struct tls_session *here, *there;
        CHECK(tls_session_new(server, NULL, &here) == 0);
        CHECK(tls_session_new(client, option("host"), &there) == 0);
        int server_status = TLS_WANT_READ, client_status = TLS_WANT_READ;
        for (int i = 0; i < ROUNDS && (waits(server_status) || waits(client_status)); i++) {
            client_status = waits(client_status) ? tls_session_handshake(there, &client_stream) : client_status;
            if (!waits(client_status) && client_status != 0 && !up.cut) {
                tell("client", client_status);
                up.cut = true;
            }
            server_status = waits(server_status) ? tls_session_handshake(here, &server_stream) : server_status;
            if (!waits(server_status) && server_status != 0 && !down.cut) {
                tell("server", server_status);
                down.cut = true;
            }
            if (number("garbage", 0) && i == 0) {
                memset(down.bytes, 'x', 100);
                down.to = 100;
            }
        }
        if (client_status == 0 && server_status == 0) {
            unsigned bits;
            size_t length;
            const char *suite = tls_session_cipher(there, &bits);
            printf("%s %s %u", tls_session_version(there), suite, bits);
            printf(" alpn %s", tls_session_alpn(there) ? tls_session_alpn(there) : "none");
            CHECK(tls_session_peer(there, &length) != NULL && length > 0);
            printf(" peer %s\n", tls_session_peer(here, &length) != NULL ? "shown" : "none");
            if (option("peer") != NULL) {
                FILE *file = fopen(option("peer"), "wb");
                const uint8_t *peer = tls_session_peer(there, &length);
                fwrite(peer, 1, length, file);
                fclose(file);
            }
            if (talk(there, &client_stream, here, &server_stream) &&
                talk(here, &server_stream, there, &client_stream)) {
                up.room = 0;
                say_end(there, &client_stream, here, &server_stream);
            }
        }
        if (number("most", 0)) {
            printf("most %zu %zu\n", tls_session_most(here), tls_session_most(there));
        }
        tls_session_free(here);
        tls_session_free(there);
    }
    /* Everything came back. */
    struct tls_session *all[SESSIONS + 1];
    for (int i = 0; i < SESSIONS; i++) {
        CHECK(tls_session_new(server, NULL, &all[i]) == 0);
    }
    CHECK(tls_session_new(server, NULL, &all[SESSIONS]) == TLS_MEMORY);
    for (int i = 0; i < SESSIONS; i++) {
        tls_session_free(all[i]);
    }
    tls_context_drop(server);
    tls_context_drop(client);
    free(memory);
    return 0;
}
