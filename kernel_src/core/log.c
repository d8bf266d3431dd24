/* The kernel's own log: the first Log of the stack. And the names of levels. */
#include "unikernel/log.h"

#include <errno.h>

#include "unikernel/device.h"

enum { LEVEL_NAME_BYTES = sizeof "warning" };

static const char names[LOG_LEVELS][LEVEL_NAME_BYTES] = {
    [LOG_ERROR] = "error", [LOG_WARNING] = "warning", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

const char *log_level_name(enum log_level level) {
    return names[level];
}

int log_level_named(const char *name, size_t length) {
    for (int level = 0; level < LOG_LEVELS; level++) {
        size_t i = 0;
        while (i < length && names[level][i] == name[i] && name[i] != 0) {
            i++;
        }
        if (i == length && names[level][i] == 0) {
            return level;
        }
    }
    return -EINVAL;
}

void log_line(enum log_level level, const char *source, const char *text) {
    struct device *log = device_providing(INTERFACE_LOG);
    if (log != NULL) {
        ((const struct log_operations *)log->driver->operations)->line(log, level, source, text);
    }
}
