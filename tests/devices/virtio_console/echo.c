/* Sends back on each channel what comes there, until the console says how many bytes that were in all. */
#include <stdbool.h>
#include <stdlib.h>

#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

enum { CHANNELS = 2, PIECE = 3000, DECIMAL = 10 };

static size_t echo(struct device *channel) {
    static unsigned char piece[PIECE];
    const struct console_operations *operations = channel->driver->operations;
    size_t total = 0, length;
    while ((length = operations->read(channel, piece, sizeof piece)) > 0) {
        operations->write(channel, piece, length);
        total += length;
    }
    return total;
}

int app_main(void) {
    static const char *const names[CHANNELS] = {"metrics", "events"};
    struct device *channels[CHANNELS];
    machine_assert(console_channel("none") == NULL && console_channel("virtioconsole.break") == NULL);
    for (int i = 0; i < CHANNELS; i++) {
        channels[i] = console_channel(names[i]);
        machine_assert(channels[i] != NULL);
    }
    console_print("up\n");
    size_t total = 0, wanted = 0;
    for (bool told = false; !told || total < wanted;) {
        wait_until(WAIT_FOREVER);
        for (int i = 0; i < CHANNELS; i++) {
            total += echo(channels[i]);
        }
        unsigned char digit;
        while (console_read(&digit, 1) == 1) {
            told |= digit == '\n';
            wanted = told ? wanted : wanted * DECIMAL + (digit - '0');
        }
    }
    console_print(total == wanted ? "whole\n" : "too much\n");
    return 0;
}
