/* Says its name on every console and channel of a stack that has several. */
#include <string.h>

#include "unikernel/console.h"
#include "unikernel/device.h"
#include "unikernel/machine.h"

int app_main(void) {
    static const char *const names[] = {"a", "b", "one", "two"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct device *channel = console_channel(names[i]);
        machine_assert(channel != NULL);
        ((const struct console_operations *)channel->driver->operations)->write(channel, names[i], strlen(names[i]));
    }
    console_print("console\n");
    return 0;
}
