/*
 * Devices and drivers. A stack's devices stand in one generated table, build/…/devices.c, in the order in which they
 * come up; nothing registers itself, so that page shows all that boots.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a device can provide. Each has its struct of operations in the header named beside it. */
enum interface {
    INTERFACE_NONE,
    INTERFACE_CONSOLE, /* console.h */
    INTERFACE_CLOCK,   /* clock.h */
    INTERFACE_ENTROPY, /* entropy.h */
    INTERFACE_FILES,   /* files.h */
    INTERFACE_PROMPT,  /* prompt.h */
    INTERFACE_LOG,     /* log.h */
    INTERFACE_BLOCK,   /* block.h */
    INTERFACE_KV,      /* kv.h */
    INTERFACE_CONTROL, /* control.h */
    INTERFACE_WATCH,   /* watch.h */
    INTERFACE_METRICS, /* metrics.h */
    INTERFACE_LINK,    /* link.h */
    INTERFACE_IP,      /* what comes up with it; lwIP does the rest */
    INTERFACE_UDP,     /* socket.h */
    INTERFACE_TCP,     /* socket.h */
    INTERFACE_DNS,     /* dns.h */
    INTERFACE_TLS,     /* crypto/tls.h */
    INTERFACES,
};

enum { DEVICE_NOT_TRIED = 1, DEVICE_UP = 0 }; /* a status below zero is the -errno of a device that failed */

struct device;
struct virtq;

struct driver {
    const char *class_name; /* as in Python: "Uart16550" */
    enum interface provides;
    const void *operations;               /* of the interface; NULL with INTERFACE_NONE */
    int (*init)(struct device *self);     /* 0 or -errno; called once, after the devices it requires */
    void (*end)(struct device *self);     /* NULL, or what is left to do when the machine ends: interrupts are off */
    void *(*object)(struct device *self); /* NULL, or what the app gets as unikernel.device(name), once it is up */

    /* NULL, or the virtqueues that a device which is up holds, by the numbers they have there; NULL behind the last. */
    const struct virtq *(*queue)(struct device *self, uint16_t number);
};

struct device {
    const char *name;
    const struct driver *driver;
    const void *parameters; /* struct CLASS_parameters of the driver's header; settled before the driver's init */
    struct device *const
        *requirements; /* in the order of the class's fields, NULL-terminated; an absent one stays out */
    void *state;       /* the driver's own, set by its init */
    int status;        /* DEVICE_NOT_TRIED, DEVICE_UP or -errno; written by device_start_all alone */
};

extern const char stack_name[]; /* generated */

extern struct device *const devices[]; /* generated; NULL-terminated, in the order of coming up */

extern struct device *const app_devices[INTERFACES]; /* generated; those that the app itself uses, else NULL */

/* Brings every device up in order, stamps the trace for each; one that fails is skipped and keeps its -errno. */
void device_start_all(void);

/* Has every device that is up do what is left when the machine ends. */
void device_end_all(void);

/* The device that the app uses for an interface, or else the first that provides it; it is up, or NULL. */
struct device *device_providing(enum interface interface);

/* The device of that name, up or not, or NULL. */
struct device *device_named(const char *name);
