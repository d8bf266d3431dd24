/* Frames for a machine's network, made as the input says: of nothing, or as answers to what the machine has said. */
#pragma once

#include <stdint.h>

void wire_start(void); /* from now on it hears what the machine sends */

/* A frame comes, on one of the links. */
void wire_comes(void);
