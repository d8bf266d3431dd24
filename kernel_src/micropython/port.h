/* What the files of the port share. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "unikernel/device.h"

/* hal.c */
bool hal_readable(void);
size_t hal_read(void *bytes, size_t length); /* what has come, never waits */
void hal_clock_required(void);               /* raises OSError when the stack has no clock */

/* stdio.c */
bool task_runs(void); /* as opposed to code outside asyncio's loop */

/* interrupt.c: a break from the host, or Ctrl-C among the bytes. While Python runs it raises KeyboardInterrupt, at the
 * prompt it is a typed Ctrl-C. */
void interrupt_run_begins(void);
void interrupt_run_ended(void);
bool interrupt_typed(void);
bool interrupt_take_typed(void);
void interrupt_schedule_background(void); /* what background_notice calls */

/* heap.c */
void heap_init(void);

/* rom.c */
struct rom_file {
    const unsigned char *bytes; /* NULL: there is no such file */
    size_t length;
};
bool rom_mount(void);                                           /* false: the stack has no files */
struct rom_file rom_find(const char *name, size_t name_length); /* in the topmost folder */

/* mounts.c */
void mounts_init(struct device *app_files); /* the table; what the app runs from comes first. NULL: nothing */

/* The app's object for a device, by what it provides: in an image that has such a device, else NULL. */
void *block_object(struct device *device) __attribute__((weak)); /* block_object.c */
void *ip_object(struct device *device) __attribute__((weak));    /* ip_object.c */
void *log_object(struct device *device) __attribute__((weak));   /* log_object.c */
void *watch_object(struct device *device) __attribute__((weak)); /* watch_object.c */

/* The same for a channel beside a console; it gives NULL where there is no such channel. */
void *channel_object(const char *name) __attribute__((weak)); /* channel_object.c */

/* deadline.c: until when a call may wait that is given seconds, or None; and waiting once, until anything has happened.
 * They raise ValueError, and OSError(ETIMEDOUT) when the time has passed. */
uint64_t wait_deadline(void *timeout);
void wait_once(uint64_t deadline_ns);

/* os_error.c: raises OSError(number, "…"). */
void raise_os_error(int number, const char *format, ...) __attribute__((__noreturn__, __format__(printf, 2, 3)));

/* metrics.c, in an image that has the device, else NULL: before a collection; and before a wait, until when it may
 * last. */
void metrics_collection(void) __attribute__((weak));
uint64_t metrics_due(void) __attribute__((weak));

/* main.c */
void runtime_start(void);
bool run_exit_status(int *status); /* true once: what was run last ended by SystemExit with this status */
