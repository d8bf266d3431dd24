#pragma once

struct rom_files_parameters {
    const char *mount_point;
};

extern const struct driver rom_files_driver;
