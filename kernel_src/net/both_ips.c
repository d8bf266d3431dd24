/* Two Ip devices as one, for what takes one: version 4 beside version 6, or two nics. lwIP has both anyway. */
#include "ip_operations.h"
#include "unikernel/device.h"

static const struct ip_operations *of(struct device *part) {
    return part->driver->operations;
}

typedef bool each(struct device *part, unsigned number, char text[IP_TEXT_BYTES]);

/* The first part's, then the second's. */
static bool of_parts(each *first, each *second, struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    unsigned count = 0;
    while (first(self->requirements[0], count, text)) {
        if (count++ == number) {
            return true;
        }
    }
    return second(self->requirements[1], number - count, text);
}

static bool address(struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    return of_parts(of(self->requirements[0])->address, of(self->requirements[1])->address, self, number, text);
}

static bool gateway(struct device *self, unsigned number, char text[IP_TEXT_BYTES]) {
    return of_parts(of(self->requirements[0])->gateway, of(self->requirements[1])->gateway, self, number, text);
}

static bool connected(struct device *self) {
    struct device *first = self->requirements[0], *second = self->requirements[1];
    return of(first)->connected(first) || of(second)->connected(second);
}

/* The smaller: what fits both. */
static uint32_t mtu(struct device *self) {
    struct device *first = self->requirements[0], *second = self->requirements[1];
    const uint32_t one = of(first)->mtu(first), other = of(second)->mtu(second);
    return one < other ? one : other;
}

/* One that has not come up fails both: the stack asked for both. */
static int init(struct device *self) {
    const int status = self->requirements[0]->status;
    return status != DEVICE_UP ? status : self->requirements[1]->status;
}

static const struct ip_operations operations = {
    .address = address,
    .gateway = gateway,
    .connected = connected,
    .mtu = mtu,
    .count = ip_count,
    .pool = ip_pool,
    .ping = ping,
    .answered_ns = ping_answered_ns,
};

const struct driver both_ips_driver = {
    .class_name = "BothIps",
    .provides = INTERFACE_IP,
    .operations = &operations,
    .init = init,
};
