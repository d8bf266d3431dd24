#pragma once

extern const struct driver uart16550_driver;
