#include "stack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/netif.h"

#include "net/dhcp_ip.h"
#include "net/dns_resolver.h"
#include "net/ipv6.h"
#include "net/mdns_responder.h"
#include "net/ntp_client.h"
#include "net/static_ip.h"
#include "net/syslog.h"
#include "unikernel/background.h"
#include "unikernel/clock.h"
#include "unikernel/entropy.h"
#include "unikernel/ip.h"
#include "unikernel/link.h"
#include "unikernel/log.h"
#include "unikernel/machine.h"
#include "unikernel/ntp.h"
#include "unikernel/wait.h"

enum { MS = 1000000 };

/* The rest of the kernel. */

static uint64_t now_ns = 1000ull * MS;
static uint64_t state = 88172645463325252ull; /* xorshift: the same at each run */

uint64_t clock_monotonic_ns(void) {
    return now_ns;
}
void wait_wake(void) {
}
void wait_eagerly(void) {
}
void wait_until(uint64_t deadline_ns) {
    now_ns = deadline_ns;
}
int entropy_fill(void *bytes, size_t length) {
    for (size_t i = 0; i < length; i++) {
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        ((uint8_t *)bytes)[i] = (uint8_t)(state >> 32);
    }
    return 0;
}
_Noreturn void machine_panic(enum abi_panic_cause cause, const char *words) {
    (void)cause;
    fprintf(stderr, "panic: %s\n", words);
    abort();
}
int log_level_named(const char *name, size_t length) {
    (void)name, (void)length;
    return LOG_DEBUG;
}
void *ntp_object(struct device *self) {
    (void)self;
    return NULL;
}
const char stack_name[] = "inside";

/* The links. */

struct stack_wires stack_wires;
static uint8_t *frame;
static uint32_t frame_bytes;
static unsigned frame_link;
static uint8_t room[STACK_LINKS][LINK_FRAME_BYTES];

static unsigned number_of(struct device *self) {
    return (unsigned)(uintptr_t)self->state;
}
void stack_address(unsigned link, uint8_t bytes[LINK_ADDRESS_BYTES]) {
    memcpy(bytes, (uint8_t[]){2, 0, 0, 0, 0, (uint8_t)(7 + link)}, LINK_ADDRESS_BYTES);
}
static void address(struct device *self, uint8_t bytes[LINK_ADDRESS_BYTES]) {
    stack_address(number_of(self), bytes);
}
static bool yes(struct device *self) {
    (void)self;
    return true;
}
static bool connected(struct device *self) {
    (void)self;
    return !stack_wires.unplugged;
}
static void *room_of(struct device *self) {
    return stack_wires.crowded ? NULL : room[number_of(self)];
}
static void send(struct device *self, uint32_t length) {
    if (stack_wires.sent != NULL) {
        stack_wires.sent(number_of(self), room[number_of(self)], length);
    }
}
static const void *next(struct device *self, uint32_t *length) {
    *length = frame_bytes;
    return frame != NULL && frame_link == number_of(self) ? frame : NULL;
}
static void flush(struct device *self) {
    (void)self;
}
static void taken(struct device *self) {
    (void)self;
    free(frame);
    frame = NULL;
}

static const struct link_operations link_operations = {
    .address = address,
    .connected = connected,
    .room = room_of,
    .send = send,
    .flush = flush,
    .sent = yes,
    .frame = next,
    .taken = taken,
    .rest = yes,
};
static const struct driver link_driver = {
    .class_name = "Link", .provides = INTERFACE_LINK, .operations = &link_operations};
static struct device links[STACK_LINKS] = {
    {.name = "a", .driver = &link_driver},
    {.name = "b", .driver = &link_driver, .state = (void *)1},
};

static int64_t wall_ns(struct device *self) {
    (void)self;
    return (int64_t)now_ns;
}
static void set_wall(struct device *self, int64_t wanted_ns, bool slew) {
    (void)self, (void)wanted_ns, (void)slew;
}
static const struct clock_operations clock_operations = {.wall_ns = wall_ns, .set_wall = set_wall};
static const struct driver clock_driver = {.provides = INTERFACE_CLOCK, .operations = &clock_operations};
static struct device wall = {.name = "clock", .driver = &clock_driver};

/* The stack: both versions on one link, a lease on the other, and all that speaks. */

#define DEVICE(name_, parameters_, ...)                                                                                \
    extern const struct driver name_##_driver;                                                                         \
    static struct device *const name_##_requires[] = {__VA_ARGS__, NULL};                                              \
    struct device name_ = {                                                                                            \
        .name = #name_, .driver = &name_##_driver, .parameters = parameters_, .requirements = name_##_requires};

static const struct static_ip_parameters four = {"10.0.2.50/24", "10.0.2.2", 1500};
static const struct ipv6_parameters six = {"fd00:9::15/64", "", 1500};
static const struct dhcp_ip_parameters lease = {"inside", 1500};
static const struct dns_resolver_parameters names = {"10.0.2.2", ""};
static const struct ntp_client_parameters time_of = {"10.0.2.2", 16};
static const struct syslog_parameters lines = {"10.0.2.2", 514, "debug", 16, ""};
static const struct mdns_responder_parameters own_name = {""};

DEVICE(static_ip, &four, &links[0])
DEVICE(ipv6, &six, &links[0])
DEVICE(dhcp_ip, &lease, &links[1])
DEVICE(tcp_sockets, NULL, &static_ip)
DEVICE(udp_sockets, NULL, &static_ip)
DEVICE(dns_resolver, &names, &udp_sockets)
DEVICE(ntp_client, &time_of, &udp_sockets, &wall)
DEVICE(syslog, &lines, &udp_sockets, &wall)
DEVICE(mdns_responder, &own_name, &udp_sockets)

static struct device *const all[] = {&static_ip,    &ipv6,       &dhcp_ip, &tcp_sockets,    &udp_sockets,
                                     &dns_resolver, &ntp_client, &syslog,  &mdns_responder, NULL};

bool stack_start(void) {
    for (struct device *const *each = all; *each != NULL; each++) {
        (*each)->status = (*each)->driver->init(*each);
        if ((*each)->status != 0) {
            fprintf(stderr, "%s: %d\n", (*each)->name, (*each)->status);
            return false;
        }
    }
    return true;
}

void stack_trust_sums(void) {
    enum {
        CHECKS = NETIF_CHECKSUM_CHECK_IP | NETIF_CHECKSUM_CHECK_UDP | NETIF_CHECKSUM_CHECK_TCP |
        NETIF_CHECKSUM_CHECK_ICMP | NETIF_CHECKSUM_CHECK_ICMP6
    };
    struct netif *netif;
    NETIF_FOREACH(netif) {
        NETIF_SET_CHECKSUM_CTRL(netif, NETIF_CHECKSUM_ENABLE_ALL & ~CHECKS);
    }
}

void stack_give(unsigned link, uint8_t *given, uint32_t length) {
    frame = given;
    frame_bytes = length;
    frame_link = link;
}

void stack_pass(uint64_t ms) {
    now_ns += ms * MS;
    (void)background_work();
}

void stack_look(uint32_t used[STACK_POOLS]) {
    const struct ip_operations *ip = static_ip.driver->operations;
    struct ip_pool pool;
    for (unsigned i = 0; i < STACK_POOLS; i++) {
        const bool is = ip->pool(i, &pool);
        const bool counts = is && strcmp(pool.name, "timers") != 0 && strcmp(pool.name, "bytes") != 0 &&
                            strcmp(pool.name, "datagram_sockets") != 0;
        used[i] = counts ? pool.used : 0;
    }
}
