/* Lines of the log to a server: the parameters. */
#pragma once

#include <stdint.h>

struct syslog_parameters {
    const char *server; /* an address */
    int64_t port;
    const char *level; /* the least grave one that is sent */
    int64_t facility;
    const char *hostname; /* "": after the stack */
};
