/* What a driver does with a device that a transport has found, and more. */
#pragma once

void exercise_all(void);
