/*
 * The network of a machine as a process of the host, under the sanitizers: lwIP and all of kernel_src/net on a link
 * whose frames come from standard input, each behind its length in two bytes. An answer needs something that the
 * question had: every other frame for a port that is waited at gets it, so that it comes further in.
 *
 * Afterwards two minutes pass, and then nothing may be held that was not held before: status 0.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "unikernel/background.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/dns.h"
#include "unikernel/entropy.h"
#include "unikernel/ip.h"
#include "unikernel/link.h"
#include "unikernel/log.h"
#include "unikernel/machine.h"
#include "unikernel/ntp.h"
#include "unikernel/socket.h"
#include "unikernel/wait.h"

#include "net/dhcp_ip.h"
#include "net/dns_resolver.h"
#include "net/ipv6.h"
#include "net/mdns_responder.h"
#include "net/ntp_client.h"
#include "net/static_ip.h"
#include "net/syslog.h"

enum { MS = 1000000, FRAME_MS = 1, LAST_S = 150, STEP_MS = 50, LINKS = 2, PORT = 7, MOST_POOLS = 32 };
enum {
    IP_AT = 14,
    UDP_AT = 34,
    UDP_DATA = 42,
    DHCP_XID = UDP_DATA + 4,
    DHCP_HARDWARE = UDP_DATA + 28,
    DNS_HEAD = 12,
    DHCP_KIND = UDP_DATA + 242,
    NTP_SENT = UDP_DATA + 40,
    NTP_ORIGIN = UDP_DATA + 24
};

/* The rest of the kernel. */

static uint64_t now_ns = 1000ull * MS;

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
        ((uint8_t *)bytes)[i] = (uint8_t)rand();
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

/* The links. What is sent is looked at for what an answer must repeat. */

static uint8_t *frame;
static uint32_t frame_bytes;
static unsigned frame_link, frame_number;
static uint8_t room[LINKS][LINK_FRAME_BYTES];
static unsigned named;  /* names that were answered for */
static unsigned leases; /* that were asked for, after an offer */
static uint8_t dns_question[64];
static size_t dns_question_bytes;
static uint8_t xid[4], dns_id[2], dns_port[2], ntp_cookie[8], ntp_port[2];

static unsigned number_of(struct device *self) {
    return (unsigned)(uintptr_t)self->state;
}
static void address(struct device *self, uint8_t bytes[LINK_ADDRESS_BYTES]) {
    memcpy(bytes, (uint8_t[]){2, 0, 0, 0, 0, (uint8_t)(7 + number_of(self))}, LINK_ADDRESS_BYTES);
}
static bool yes(struct device *self) {
    (void)self;
    return true;
}
static void *room_of(struct device *self) {
    return room[number_of(self)];
}
static void send(struct device *self, uint32_t length) {
    const uint8_t *sent = room[number_of(self)];
    if (length < UDP_DATA + 12 || sent[12] != 8 || sent[13] != 0 || sent[23] != 17) {
        return;
    }
    const unsigned port = sent[UDP_AT + 2] << 8 | sent[UDP_AT + 3];
    if (port == 67) {
        memcpy(xid, sent + DHCP_XID, sizeof xid);
        leases += length > DHCP_KIND && sent[DHCP_KIND] == 3;
    } else if (port == 53) {
        memcpy(dns_id, sent + UDP_DATA, sizeof dns_id);
        memcpy(dns_port, sent + UDP_AT, sizeof dns_port);
        dns_question_bytes = length - UDP_DATA - DNS_HEAD;
        dns_question_bytes = dns_question_bytes <= sizeof dns_question ? dns_question_bytes : 0;
        memcpy(dns_question, sent + UDP_DATA + DNS_HEAD, dns_question_bytes);
    } else if (port == 123 && length >= NTP_SENT + sizeof ntp_cookie) {
        memcpy(ntp_cookie, sent + NTP_SENT, sizeof ntp_cookie);
        memcpy(ntp_port, sent + UDP_AT, sizeof ntp_port);
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
    .connected = yes,
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
static struct device links[LINKS] = {
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
    static struct device name_ = {                                                                                     \
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

static struct socket *open_at(struct device *provider, uint8_t family) {
    const struct socket_operations *on = provider->driver->operations;
    const struct address any = {.family = family, .port = PORT};
    struct socket *socket;
    if (on->open(provider, family, &socket) != 0 || on->bind(socket, &any) != 0 ||
        (on->listen != NULL && on->listen(socket) != 0)) {
        abort();
    }
    return socket;
}

static void pass(uint64_t ms) {
    now_ns += ms * MS;
    (void)background_work();
}

/* Makes it come from whom it is waited for from, with a right check sum of the head; UDP's may be left out (RFC 768).
 */
static void from_server(void) {
    uint32_t sum = 0;
    memcpy(frame + IP_AT + 12, (uint8_t[]){10, 0, 2, 2}, 4);
    frame[IP_AT] = 0x45;
    frame[IP_AT + 10] = frame[IP_AT + 11] = 0;
    for (int i = IP_AT; i < UDP_AT; i += 2) {
        sum += (uint32_t)(frame[i] << 8 | frame[i + 1]);
    }
    sum = (sum & 0xffff) + (sum >> 16);
    sum = (sum & 0xffff) + (sum >> 16);
    frame[IP_AT + 10] = (uint8_t)(~sum >> 8);
    frame[IP_AT + 11] = (uint8_t)~sum;
    frame[UDP_AT + 6] = frame[UDP_AT + 7] = 0;
}

/* The address of the name that was asked for, with something changed, half of the times. RFC 1035, section 4. */
static void answer_name(void) {
    static const uint8_t head[] = {0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0};
    static const uint8_t record[] = {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 10, 0, 2, 9};
    const uint32_t length = (uint32_t)(DNS_HEAD + dns_question_bytes + sizeof record);
    if (dns_question_bytes == 0 || frame_bytes < UDP_DATA + length) {
        return;
    }
    uint8_t *at = frame + UDP_DATA;
    memcpy(at, dns_id, sizeof dns_id);
    memcpy(at + sizeof dns_id, head, sizeof head);
    memcpy(at + DNS_HEAD, dns_question, dns_question_bytes);
    memcpy(at + DNS_HEAD + dns_question_bytes, record, sizeof record);
    if (rand() % 2) {
        at[(uint32_t)rand() % length] = (uint8_t)rand();
    }
}

/* Gives the frame what its question had. */
static void repeat(void) {
    if (frame_bytes < UDP_DATA + 48 || frame[12] != 8 || frame[23] != 17 || frame_number % 2) {
        return;
    }
    switch (frame[UDP_AT] << 8 | frame[UDP_AT + 1]) {
    case 67:
        frame_link = LINKS - 1;
        memcpy(frame + DHCP_XID, xid, sizeof xid);
        address(&links[frame_link], frame + DHCP_HARDWARE);
        break;
    case 53:
        memcpy(frame + UDP_AT + 2, dns_port, sizeof dns_port);
        answer_name();
        break;
    case 123:
        memcpy(frame + NTP_ORIGIN, ntp_cookie, sizeof ntp_cookie);
        memcpy(frame + UDP_AT + 2, ntp_port, sizeof ntp_port);
        if (rand() % 4 == 0) { /* one that can be believed: a server's, at no distance, received when it was sent */
            memcpy(frame + UDP_DATA, (uint8_t[12]){4 << 3 | 4, 2}, 12);
            memcpy(frame + UDP_DATA + 32, frame + NTP_SENT, sizeof ntp_cookie);
        }
        break;
    default:
        return;
    }
    if (frame_link == 0) {
        memcpy(frame + IP_AT + 16, (uint8_t[]){10, 0, 2, 50}, 4);
    }
    from_server();
}

/* The server shows where it is; others have said otherwise. RFC 826. */
static void introduce(void) {
    static const uint8_t request[] = {
        255, 255, 255, 255, 255, 255, 2,  0, 0, 0,  0, 2,                          /* to all, from the server: */
        8,   6,   0,   1,   8,   0,   6,  4, 0, 1,  2, 0, 0, 0, 0, 2, 10, 0, 2, 2, /* 10.0.2.2 asks */
        0,   0,   0,   0,   0,   0,   10, 0, 2, 50,                                /* who has 10.0.2.50 */
    };
    frame_bytes = sizeof request;
    frame = malloc(sizeof request);
    if (frame == NULL) {
        abort();
    }
    memcpy(frame, request, sizeof request);
    frame_link = 0;
    pass(0);
}

/* What the app does meanwhile: asks for names, writes lines, reads what has come. */
static void app(struct socket *datagrams, struct socket *datagrams_six) {
    static char name[] = "host-aaaa.lab";
    const struct socket_operations *udp = udp_sockets.driver->operations;
    const struct dns_operations *dns = dns_resolver.driver->operations;
    struct address found;
    uint8_t bytes[2048];
    name[5 + frame_number / 64 % 4] = (char)('a' + frame_number % 26);
    const int answer = dns->find(&dns_resolver, name, 0, &found, 1);
    named += answer == 1 || answer == -ENOENT;
    ((const struct log_operations *)syslog.driver->operations)->line(&syslog, LOG_INFO, "app", "line");
    while (udp->receive(datagrams, bytes, sizeof bytes, &found, false) >= 0 ||
           udp->receive(datagrams_six, bytes, sizeof bytes, &found, false) >= 0) {
    }
}

/* The pools, but for what the small services hold on and off. */
static void look(uint32_t used[MOST_POOLS]) {
    const struct ip_operations *ip = static_ip.driver->operations;
    struct ip_pool pool;
    for (unsigned i = 0; i < MOST_POOLS && ip->pool(i, &pool); i++) {
        const bool counts = strcmp(pool.name, "timers") != 0 && strcmp(pool.name, "bytes") != 0 &&
                            strcmp(pool.name, "datagram_sockets") != 0;
        used[i] = counts ? pool.used : 0;
    }
}

int main(void) {
    uint32_t before[MOST_POOLS] = {0}, after[MOST_POOLS] = {0};
    for (struct device *const *each = all; *each != NULL; each++) {
        (*each)->status = (*each)->driver->init(*each);
        if ((*each)->status != 0) {
            fprintf(stderr, "%s: %d\n", (*each)->name, (*each)->status);
            return 2;
        }
    }
    open_at(&tcp_sockets, ADDRESS_IPV4);
    open_at(&tcp_sockets, ADDRESS_IPV6);
    struct socket *datagrams = open_at(&udp_sockets, ADDRESS_IPV4), *six_too = open_at(&udp_sockets, ADDRESS_IPV6);
    look(before);
    uint8_t head[2];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        frame_bytes = head[0] | (uint32_t)head[1] << 8;
        frame = malloc(frame_bytes); /* as large as it is: a byte beyond is seen */
        if (frame == NULL || fread(frame, 1, frame_bytes, stdin) != frame_bytes) {
            return 2;
        }
        frame_link = ++frame_number % 3 == 0;
        repeat();
        pass(frame_number % 64 == 0 ? 1000 : FRAME_MS);
        if (frame_number % 16 == 0) {
            introduce();
            app(datagrams, six_too);
        }
    }
    for (unsigned ms = 0; ms < LAST_S * 1000; ms += STEP_MS) {
        pass(STEP_MS);
    }
    app(datagrams, six_too);
    pass(LAST_S * 1000);
    look(after);
    const struct ntp_status *ntp = ntp_status(&ntp_client);
    printf("frames %u, leases %u, names %u, times %u, refused %u\n", frame_number, leases, named, ntp->answers,
           ntp->refused);
    for (unsigned i = 0; i < MOST_POOLS; i++) {
        if (before[i] != after[i]) {
            printf("pool %u: %u before, %u after\n", i, before[i], after[i]);
        }
    }
    return memcmp(before, after, sizeof before) == 0 ? 0 : 1;
}
