/*
 * Secrets: what the boot gives and nobody else may read. The host writes them into the machine's memory before it
 * starts (docs/abi.md); they are taken from there, and wiped there, before any device comes up.
 */
#pragma once

#include <stddef.h>

struct secret {
    const char *key; /* "vault.key" */
    void *place;     /* in the device's parameters; all zero where the boot gave none */
    size_t bytes;
};

extern const struct secret secrets[]; /* generated where a device has one; ended by a key that is NULL */

void secret_take_all(void);

/* Overwrites with zeros, whatever the compiler thinks of it. */
void secret_wipe(void *place, size_t bytes);
