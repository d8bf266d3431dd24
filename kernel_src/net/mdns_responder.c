/*
 * The machine's name on its link, as NAME.local: multicast DNS, RFC 6762, by lwIP. A name that somebody has already
 * gets a number: NAME-2.
 */
#include "mdns_responder.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "lwip/apps/mdns.h"
#include "lwip/netif.h"
#include "offers.h"
#include "unikernel/device.h"

enum { LAST = 9, NUMBER_BYTES = 2 };

static bool started;
static const char *wanted;

static struct responder {
    const struct netif *netif;
    char name[MDNS_LABEL_MAXLEN + 1];
    int number;
} responders[LAST];

/* Only a name of the machine can be somebody else's: it offers no services. */
static void on_result(struct netif *netif, u8_t result, s8_t slot) {
    (void)slot;
    for (struct responder *each = responders; result == MDNS_PROBING_CONFLICT && each < responders + LAST; each++) {
        if (each->netif == netif && each->number < LAST) {
            each->number++;
            const size_t length = strnlen(wanted, MDNS_LABEL_MAXLEN - NUMBER_BYTES);
            memcpy(each->name, wanted, length);
            each->name[length] = '-';
            each->name[length + 1] = (char)('0' + each->number);
            each->name[length + NUMBER_BYTES] = 0;
            (void)mdns_resp_rename_netif(netif, each->name); /* and asks again whose it is */
        }
    }
}

static int init(struct device *self) {
    if (self->requirements[0]->status != DEVICE_UP) {
        return self->requirements[0]->status;
    }
    if (started) {
        return -EBUSY;
    }
    started = true;
    wanted = net_hostname(((const struct mdns_responder_parameters *)self->parameters)->hostname);
    mdns_resp_init();
    mdns_resp_register_name_result_cb(on_result);
    struct netif *netif;
    struct responder *next = responders;
    NETIF_FOREACH(netif) {
        if ((netif->flags & NETIF_FLAG_ETHARP) && next < responders + LAST) {
            *next++ = (struct responder){.netif = netif, .number = 1};
            if (mdns_resp_add_netif(netif, wanted) != ERR_OK) {
                return -ENOMEM;
            }
        }
    }
    return next == responders ? -ENODEV : 0;
}

const struct driver mdns_responder_driver = {
    .class_name = "MdnsResponder",
    .provides = INTERFACE_NONE,
    .init = init,
};
