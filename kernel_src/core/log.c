/* The kernel's own log: the first Log of the stack. */
#include "unikernel/log.h"

#include <stddef.h>

#include "unikernel/device.h"

void log_line(enum log_level level, const char *source, const char *text) {
    struct device *log = device_providing(INTERFACE_LOG);
    if (log != NULL) {
        ((const struct log_operations *)log->driver->operations)->line(log, level, source, text);
    }
}
