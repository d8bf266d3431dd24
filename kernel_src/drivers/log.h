#pragma once

struct log_parameters {
    const char *level;
};

extern const struct driver log_driver;
