#pragma once

extern const struct driver rdrand_driver;
