/* Words "key=value" separated by spaces, ended by NUL: the command line, and the secrets. */
#pragma once

#include <stddef.h>

/* The value of the word with that key; it ends at a space or NUL, *length says where. Of words with the same key, the
 * one numbered `nth` from 0. NULL where there is none. */
const char *words_find(const char *words, const char *key, unsigned nth, size_t *length);
