/*
 * The Link interface: Ethernet frames, from the destination's address to the end of the payload, without a check sum.
 * Nothing here waits. A frame that has come lies in the driver's memory, where the hardware may still change it: it is
 * copied before it is believed.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { LINK_ADDRESS_BYTES = 6, LINK_HEAD_BYTES = 14, LINK_PAYLOAD_BYTES = 1500 };
enum { LINK_FRAME_BYTES = LINK_HEAD_BYTES + LINK_PAYLOAD_BYTES };

struct device;

struct link_operations {
    void (*address)(struct device *self, uint8_t address[LINK_ADDRESS_BYTES]);
    bool (*connected)(struct device *self); /* whether there is a network at the other end */

    /* LINK_FRAME_BYTES for the next frame to send; NULL: none now, and background_notice is called when there is. */
    void *(*room)(struct device *self);
    void (*send)(struct device *self, uint32_t length); /* what was put into that room */
    bool (*sent)(struct device *self);                  /* whether all of it has left, or never will */
    void (*flush)(struct device *self);                 /* those sent may have waited for it */

    const void *(*frame)(struct device *self, uint32_t *length); /* the oldest that has come, or NULL */
    void (*taken)(struct device *self);                          /* it is not needed any more */

    /* From now on the next frame that comes calls background_notice, once; false: one has come already. */
    bool (*rest)(struct device *self);
};
