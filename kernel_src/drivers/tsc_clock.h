#pragma once

extern const struct driver tsc_clock_driver;
