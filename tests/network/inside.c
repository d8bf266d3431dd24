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

#include "stack.h"
#include "unikernel/dns.h"
#include "unikernel/log.h"
#include "unikernel/ntp.h"
#include "unikernel/socket.h"

enum { FRAME_MS = 1, LAST_S = 150, STEP_MS = 50, PORT = 7, APP_FRAMES = 16 };
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

/* What is sent is looked at for what an answer must repeat. */

static uint8_t *frame;
static uint32_t frame_bytes;
static unsigned frame_link, frame_number;
static unsigned named;  /* names that were answered for */
static unsigned leases; /* that were asked for, after an offer */
static uint8_t dns_question[64];
static size_t dns_question_bytes;
static uint8_t xid[4], dns_id[2], dns_port[2], ntp_cookie[8], ntp_port[2];

static void hear(unsigned link, const uint8_t *sent, uint32_t length) {
    (void)link;
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
        frame_link = STACK_LINKS - 1;
        memcpy(frame + DHCP_XID, xid, sizeof xid);
        stack_address(frame_link, frame + DHCP_HARDWARE);
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

/* The server shows where it is, on one link and the other; others have said otherwise. RFC 826. */
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
    stack_give(frame_number / APP_FRAMES % STACK_LINKS, frame, frame_bytes);
    stack_pass(0);
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

int main(void) {
    uint32_t before[STACK_POOLS], after[STACK_POOLS];
    stack_wires.sent = hear;
    if (!stack_start()) {
        return 2;
    }
    open_at(&tcp_sockets, ADDRESS_IPV4);
    open_at(&tcp_sockets, ADDRESS_IPV6);
    struct socket *datagrams = open_at(&udp_sockets, ADDRESS_IPV4), *six_too = open_at(&udp_sockets, ADDRESS_IPV6);
    stack_look(before);
    uint8_t head[2];
    while (fread(head, 1, sizeof head, stdin) == sizeof head) {
        frame_bytes = head[0] | (uint32_t)head[1] << 8;
        frame = malloc(frame_bytes); /* as large as it is: a byte beyond is seen */
        if (frame == NULL || fread(frame, 1, frame_bytes, stdin) != frame_bytes) {
            return 2;
        }
        frame_link = ++frame_number % 3 == 0;
        repeat();
        stack_give(frame_link, frame, frame_bytes);
        stack_pass(frame_number % 64 == 0 ? 1000 : FRAME_MS);
        if (frame_number % APP_FRAMES == 0) {
            introduce();
            app(datagrams, six_too);
        }
    }
    for (unsigned ms = 0; ms < LAST_S * 1000; ms += STEP_MS) {
        stack_pass(STEP_MS);
    }
    app(datagrams, six_too);
    stack_pass(LAST_S * 1000);
    stack_look(after);
    const struct ntp_status *ntp = ntp_status(&ntp_client);
    printf("frames %u, leases %u, names %u, times %u, refused %u\n", frame_number, leases, named, ntp->answers,
           ntp->refused);
    for (unsigned i = 0; i < STACK_POOLS; i++) {
        if (before[i] != after[i]) {
            printf("pool %u: %u before, %u after\n", i, before[i], after[i]);
        }
    }
    return memcmp(before, after, sizeof before) == 0 ? 0 : 1;
}
