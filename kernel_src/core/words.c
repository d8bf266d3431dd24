/* Words "key=value". */
#include "words.h"

#include <stdbool.h>

const char *words_find(const char *words, const char *key, unsigned nth, size_t *length) {
    for (const char *word = words; *word != 0;) {
        const char *k = key;
        const char *w = word;
        while (*k != 0 && *k == *w) {
            k++, w++;
        }
        const bool found = *k == 0 && *w == '=';
        const char *value = w + 1;
        while (*w != 0 && *w != ' ') {
            w++;
        }
        if (found && nth-- == 0) {
            *length = (size_t)(w - value);
            return value;
        }
        while (*w == ' ') {
            w++;
        }
        word = w;
    }
    return NULL;
}
