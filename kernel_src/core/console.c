/* The kernel's own console: the one that the app uses. */
#include "unikernel/console.h"

#include "unikernel/device.h"

static struct device *console; /* found once: devices do not come and go */

static const struct console_operations *operations(void) {
    if (console == NULL) {
        console = device_providing(INTERFACE_CONSOLE);
    }
    return console == NULL ? NULL : console->driver->operations;
}

void console_write(const void *bytes, size_t length) {
    const struct console_operations *on = operations();
    if (on != NULL) {
        on->write(console, bytes, length);
    }
}

void console_print(const char *text) {
    while (*text != 0) {
        size_t length = 0;
        while (text[length] != 0 && text[length] != '\n') {
            length++;
        }
        console_write(text, length);
        text += length;
        if (*text == '\n') {
            console_write("\r\n", 2);
            text++;
        }
    }
}

size_t console_read(void *bytes, size_t length) {
    const struct console_operations *on = operations();
    return on == NULL ? 0 : on->read(console, bytes, length);
}

bool console_readable(void) {
    const struct console_operations *on = operations();
    return on != NULL && on->readable(console);
}

void console_set_interrupt(int character, void (*notify)(void)) {
    const struct console_operations *on = operations();
    if (on != NULL) {
        on->set_interrupt(console, character, notify);
    }
}

bool console_panic_write(const void *bytes, size_t length) {
    const struct console_operations *on = operations();
    if (on == NULL || on->panic_write == NULL) {
        return false;
    }
    on->panic_write(console, bytes, length);
    return true;
}

struct device *console_channel(const char *name) {
    struct device *found = NULL;
    for (struct device *const *each = devices; *each != NULL && found == NULL; each++) {
        if ((*each)->status == DEVICE_UP && (*each)->driver->provides == INTERFACE_CONSOLE) {
            const struct console_operations *on = (*each)->driver->operations;
            found = on->channel == NULL ? NULL : on->channel(*each, name);
        }
    }
    return found;
}
