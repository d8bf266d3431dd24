/* The Console interface: a text channel of bytes, unchanged both ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct device;

struct console_operations {
    void (*write)(struct device *self, const void *bytes, size_t length); /* returns when all are handed over */
    size_t (*read)(struct device *self, void *bytes, size_t length);      /* what has come, never waits; 0: nothing */
    bool (*readable)(struct device *self);
    /* Calls notify from interrupt context when a break is seen, or when `character` comes (-1: no character does); such
     * a character is taken out of the input in its order. NULL turns both off. */
    void (*set_interrupt)(struct device *self, int character, void (*notify)(void));
    /* The rest is NULL where there is none. */
    void (*panic_write)(struct device *self, const void *bytes, size_t length); /* from a broken machine, as well as it
                                                                                   can; never waits for long */
    struct device *(*channel)(struct device *self, const char *name);           /* one more Console, or NULL */
};

/* The console that the kernel itself writes to: the one that the app uses. Before it is up the arch's early output is
 * used, and in a panic where it has no panic_write. All are no-ops or empty without a console. */
void console_write(const void *bytes, size_t length);
void console_print(const char *text); /* "\n" becomes "\r\n" */
size_t console_read(void *bytes, size_t length);
bool console_readable(void);
void console_set_interrupt(int character, void (*notify)(void));

bool console_panic_write(const void *bytes, size_t length); /* false: the console cannot */

/* The channel of that name beside some console of the stack, or NULL. */
struct device *console_channel(const char *name);
