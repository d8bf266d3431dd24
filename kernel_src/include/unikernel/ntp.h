/* What is known of a server of time: net/ntp_client.c keeps it, micropython/ntp_object.c shows it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "unikernel/address.h"

struct device;

struct ntp_status {
    bool synchronized;               /* wall time has been set */
    char server[ADDRESS_TEXT_BYTES]; /* the address that was asked last; "": none is known */
    int64_t offset_ns;               /* how much later the server's time was than ours, when it answered last */
    int64_t delay_ns;                /* how long that answer took: it is right to half of that */
    uint8_t stratum;                 /* the server's distance from a reference clock */
    uint32_t answers, refused;       /* those that were taken, and those that could not be believed */
};

const struct ntp_status *ntp_status(struct device *self);
