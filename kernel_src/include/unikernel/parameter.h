/*
 * Parameters that the app reads, and those that the boot may set: the command line says what they are then, in words
 * "NAME.PARAMETER=value". A driver needs none of this: its struct of parameters is set before its init is called.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum parameter_kind { PARAMETER_BOOL, PARAMETER_INT, PARAMETER_TEXT };

struct parameter {
    const char *key; /* as on the command line: "data.size", "app.greeting" */
    enum parameter_kind kind;
    bool open;         /* the command line may set it */
    const void *place; /* of its value: bool, int64_t or const char *; can be written where it is open */
};

/* One row of the table, its kind by the type of the place. */
#define PARAMETER(key, place, open)                                                                                    \
    {key, _Generic((place), bool: PARAMETER_BOOL, int64_t: PARAMETER_INT, const char *: PARAMETER_TEXT), open, &(place)}

extern const struct parameter parameters[]; /* generated; ended by a key that is NULL */

/* Generated: what takes secrets and open parameters, NULL-terminated; called in order before the first device. */
extern void (*const parameter_take[])(void);

/* Sets every open parameter that the command line names. What it says was checked by the host; nonsense is a panic. */
void parameter_take_all(void);
