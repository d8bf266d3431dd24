/*
 * Wall time from a server: RFC 5905 as a simple client, RFC 4330. The first answer sets the clock. A later one that is
 * near slews it; one that is far sets it only when the next says the same; one that is absurd is refused.
 */
#include "ntp_client.h"

#include <errno.h>
#include <string.h>

#include "lwip/ip_addr.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "ntp_packet.h"
#include "ntp_policy.h"
#include "offers.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/dns.h"
#include "unikernel/ntp.h"

#include "address.h"

enum {
    UDP,
    CLOCK,
    NAMES, /* there, or the end */

    MS_PER_S = 1000,
    NS_PER_MS = 1000000,
    FIRST_AGAIN_S = 2, /* then twice as long, each time */
    LAST_AGAIN_S = 64,
    CONFIRM_S = 16,
    NAME_AGAIN_MS = 250,
    ADDRESS_AGAIN_MS = 250,
    MOST_DELAY_MS = 3000,
    QUIET_FACTOR = 4, /* a server that asks not to be asked is asked so much less often */
};

static struct ntp_status status;
static struct device *self;
static struct udp_pcb *pcb;
static ip_addr_t server;
static uint64_t cookie, asked_ns;
static int64_t doubt_ns; /* a far offset that is not confirmed; 0: none */
static uint32_t again_s;
static bool waits; /* for an answer */

static const struct clock_operations *clock_of(void) {
    return self->requirements[CLOCK]->driver->operations;
}

static int64_t every_s(void) {
    return ((const struct ntp_client_parameters *)self->parameters)->every_s;
}

static void ask(void *unused);

static void ask_in_ms(uint32_t ms) {
    sys_untimeout(ask, NULL);
    sys_timeout(ms, ask, NULL);
}

/* The time that the server has now; whether it is believed. */
static bool take(int64_t wall_ns) {
    struct device *clock = self->requirements[CLOCK];
    const int64_t ours_ns = clock_of()->wall_ns(clock);
    status.offset_ns = wall_ns - ours_ns;
    const enum ntp_verdict verdict = ntp_judge(status.synchronized && ours_ns >= 0, status.offset_ns, &doubt_ns);
    if (verdict == NTP_STEP || verdict == NTP_SLEW) {
        clock_of()->set_wall(clock, wall_ns, verdict == NTP_SLEW);
        status.synchronized = true;
    }
    return verdict != NTP_REFUSE;
}

static void answered(const struct ntp_answer *answer, uint64_t now_ns) {
    const int64_t served_ns = answer->sent_ns - answer->received_ns;
    const int64_t delay_ns = (int64_t)(now_ns - asked_ns) - served_ns;
    if (delay_ns > (int64_t)MOST_DELAY_MS * NS_PER_MS || delay_ns < 0 || !take(answer->sent_ns + delay_ns / 2)) {
        status.refused++;
        ask_in_ms((uint32_t)every_s() * MS_PER_S);
        return;
    }
    status.answers++;
    status.delay_ns = delay_ns;
    status.stratum = answer->stratum;
    again_s = FIRST_AGAIN_S;
    ask_in_ms((uint32_t)(doubt_ns != 0 && every_s() > CONFIRM_S ? CONFIRM_S : every_s()) * MS_PER_S);
}

static void receive(void *unused, struct udp_pcb *from, struct pbuf *packet, const ip_addr_t *address, u16_t port) {
    const uint64_t now_ns = clock_monotonic_ns();
    uint8_t bytes[NTP_PACKET_BYTES];
    const uint32_t length = pbuf_copy_partial(packet, bytes, sizeof bytes, 0);
    pbuf_free(packet);
    struct ntp_answer answer;
    if (!waits || port != NTP_PORT || !ip_addr_eq(address, &server)) {
        return;
    }
    if (!ntp_read(bytes, length, cookie, &answer)) {
        status.refused++;
        return; /* the true one may still come */
    }
    waits = false;
    if (answer.stratum == 0) {
        status.refused++;
        ask_in_ms((uint32_t)every_s() * QUIET_FACTOR * MS_PER_S);
        return;
    }
    answered(&answer, now_ns);
}

/* Whom to ask: 0, -EAGAIN: not yet known, or -errno. */
static int find_server(void) {
    const char *said = ((const struct ntp_client_parameters *)self->parameters)->server;
    if (*said == 0) {
        server = offers_ntp;
        return ip_addr_isany(&server) ? -EAGAIN : 0;
    }
    if (ipaddr_aton(said, &server) == 1) {
        return 0;
    }
    struct device *names = self->requirements[NAMES];
    struct address address = {0};
    if (names == NULL || names->status != DEVICE_UP) {
        return -ENODEV;
    }
    const int error = ((const struct dns_operations *)names->driver->operations)->find(names, said, 0, &address, 1);
    return error == -EINPROGRESS ? -EAGAIN : error < 0 ? error : address_to_ip(&address, &server) ? 0 : -EINVAL;
}

static int send(void) {
    struct pbuf *packet = pbuf_alloc(PBUF_TRANSPORT, NTP_PACKET_BYTES, PBUF_RAM);
    if (packet == NULL) {
        return -ENOMEM;
    }
    cookie = (uint64_t)LWIP_RAND() << 32 | LWIP_RAND();
    uint8_t bytes[NTP_PACKET_BYTES];
    ntp_question(bytes, cookie);
    pbuf_take(packet, bytes, sizeof bytes);
    asked_ns = clock_monotonic_ns();
    const err_t error = udp_sendto(pcb, packet, &server, NTP_PORT);
    pbuf_free(packet);
    return net_errno(error);
}

static void ask(void *unused) {
    waits = false;
    const int found = find_server();
    if (found == -EAGAIN) {
        ask_in_ms(NAME_AGAIN_MS);
        return;
    }
    if (found == 0) {
        address_write_ip(&server, status.server);
        if (send() == -ENETUNREACH) { /* there is no address yet */
            ask_in_ms(ADDRESS_AGAIN_MS);
            return;
        }
        waits = true;
    }
    ask_in_ms(again_s * MS_PER_S);
    again_s = again_s * 2 > LAST_AGAIN_S ? LAST_AGAIN_S : again_s * 2;
}

const struct ntp_status *ntp_status(struct device *client) {
    (void)client;
    return &status;
}

static int init(struct device *client) {
    if (self != NULL) {
        return -EBUSY; /* one clock, one that sets it */
    }
    for (struct device *const *each = client->requirements; *each != NULL; each++) {
        if ((*each)->status != DEVICE_UP) {
            return (*each)->status;
        }
    }
    const struct clock_operations *clock = client->requirements[CLOCK]->driver->operations;
    if (clock->set_wall == NULL) {
        return -ENOTSUP;
    }
    pcb = udp_new_ip_type(IPADDR_TYPE_ANY);
    if (pcb == NULL) {
        return -ENOMEM;
    }
    udp_recv(pcb, receive, NULL);
    self = client;
    again_s = FIRST_AGAIN_S;
    ask_in_ms(0);
    return 0;
}

const struct driver ntp_client_driver = {
    .class_name = "NtpClient",
    .provides = INTERFACE_NONE,
    .init = init,
    .object = ntp_object,
};
