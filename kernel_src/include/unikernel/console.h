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
};

/* The console that the kernel itself writes to: the first Console of the stack. Before it is up, and in a panic, the
 * arch's early output is used. All are no-ops or empty without a console. */
void console_write(const void *bytes, size_t length);
void console_print(const char *text); /* "\n" becomes "\r\n" */
size_t console_read(void *bytes, size_t length);
bool console_readable(void);
void console_set_interrupt(int character, void (*notify)(void));
