/* What sessions of a context share. All of it lies in the memory of contexts. */
#pragma once

#include "crypto/tls.h"
#include "mbedtls/ssl.h"
#include "mbedtls/ssl_ticket.h"

/* Certificates that a side shows, its own first, and its key. */
struct chain {
    mbedtls_x509_crt certificates;
    mbedtls_pk_context key;
    struct chain *next;
};

/* Names of protocols, NULL-terminated, the texts behind them. A list that was replaced stays: a session may name it. */
struct alpn {
    struct alpn *next;
    const char *names[];
};

struct tls_context {
    unsigned users; /* its owner and its sessions */
    bool server, check_name;
    enum tls_verify verify;
    unsigned root_count;
    struct chain *chains;
    struct alpn *alpn;
    mbedtls_x509_crt roots;
    mbedtls_ssl_ticket_context tickets; /* of a server with a chain */
    mbedtls_ssl_config config;
};

void context_keep(struct tls_context *self);

/* Tickets of a server, which it can give once it has a chain: 0, or what context_refuse returns. */
int context_start_tickets(struct tls_context *self);

/* certificates.c */
int context_refuse(const char *what,
                   int error); /* TLS_MEMORY where mbedTLS's error says so, else TLS_FAILED in words */
void context_chain_free(struct chain *chain);
