#include "wire.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "../network/stack.h"
#include "input.h"
#include "unikernel/link.h"

enum {
    RUNS_MOST = 8,
    TO_THE_END = 255,
    ELSEWHERE = 254,
    KINDS = 16,
    FRAME_MOST = LINK_FRAME_BYTES,
    PORT_DHCP = 67,
    PORT_DNS = 53,
    PORT_NTP = 123
};
enum { PORT_MDNS = 5353, ARP_KIND = 0x0806, IPV4_KIND = 0x0800, IPV6_KIND = 0x86dd, TCP = 6, UDP = 17, ICMP6 = 58 };
enum { FIN = 1, SYN = 2, ACK = 16, SOLICITATION = 135, TCP_HEAD = 20, UDP_HEAD = 8 };
enum { KIND_AT = 12, NETWORK_AT = 14, NTP_ORIGIN = 32, NTP_SENT = 48 };
enum { QUOTED_MOST = 256, UNREACHABLE = 3, UNREACHABLE6 = 1, ICMP = 1, ICMP_HEAD = 8 };

struct frame {
    uint8_t bytes[FRAME_MOST];
    uint32_t length;
    uint8_t link;
};

/* What was sent last, of each kind. */
static struct frame heard[KINDS];

static uint32_t read16(const uint8_t *at) {
    return (uint32_t)(at[0] << 8 | at[1]);
}
static void write16(uint8_t *at, uint32_t value) {
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}
static void add32(uint8_t *at, uint32_t value) {
    for (int i = 3; i >= 0; i--, value >>= 8) {
        value += at[i];
        at[i] = (uint8_t)value;
    }
}
static void swap(uint8_t *one, uint8_t *other, uint32_t length) {
    for (uint32_t i = 0; i < length; i++) {
        const uint8_t kept = one[i];
        one[i] = other[i];
        other[i] = kept;
    }
}

/* Where the packet's head ends, and of what protocol that is which follows; 0: neither version. */
static uint32_t transport_at(const uint8_t *frame, uint8_t *protocol) {
    switch (read16(frame + KIND_AT)) {
    case IPV4_KIND:
        *protocol = frame[NETWORK_AT + 9];
        return NETWORK_AT + (frame[NETWORK_AT] & 15) * 4u;
    case IPV6_KIND:
        *protocol = frame[NETWORK_AT + 6];
        return NETWORK_AT + 40;
    default:
        return 0;
    }
}

/* A number for what is answered alike. */
static unsigned kind_of(const uint8_t *frame) {
    uint8_t protocol = 0;
    const uint32_t at = transport_at(frame, &protocol);
    const unsigned six = read16(frame + KIND_AT) == IPV6_KIND ? KINDS / 2 : 0;
    if (at == 0) {
        return 0;
    }
    if (protocol != UDP) {
        return six + (protocol == TCP ? 1 : protocol == ICMP6 ? 2 : 3);
    }
    const uint32_t port = read16(frame + at + 2);
    return six + (port == PORT_DHCP ? 4 : port == PORT_DNS ? 5 : port == PORT_NTP ? 6 : port == PORT_MDNS ? 7 : 3);
}

static void hear(unsigned link, const uint8_t *bytes, uint32_t length) {
    struct frame *frame = &heard[kind_of(bytes) % KINDS];
    memcpy(frame->bytes, bytes, length);
    frame->length = length;
    frame->link = (uint8_t)link;
}

void wire_start(void) {
    memset(heard, 0, sizeof heard);
    stack_wires.sent = hear;
}

/* The peer acknowledges what it has got, and takes part in what the machine begins. */
static void answer_segment(uint8_t *head, uint32_t length) {
    const uint32_t head_bytes = (head[12] >> 4) * 4u;
    const uint32_t counts = (length > head_bytes ? length - head_bytes : 0) + !!(head[13] & SYN) + !!(head[13] & FIN);
    const bool opens = (head[13] & (SYN | ACK)) == SYN;
    swap(head, head + 2, 2);
    swap(head + 4, head + 8, 4);
    add32(head + 8, counts);
    head[12] = TCP_HEAD / 4 << 4;
    head[13] = opens ? SYN | ACK : ACK;
}

/* The lengths that are written in it are its own. */
static void measure(struct frame *frame) {
    uint8_t protocol = 0;
    uint8_t *bytes = frame->bytes;
    const uint32_t at = transport_at(bytes, &protocol);
    if (at == 0 || at > frame->length) {
        return;
    }
    if (read16(bytes + KIND_AT) == IPV4_KIND) {
        write16(bytes + NETWORK_AT + 2, frame->length - NETWORK_AT);
    } else {
        write16(bytes + NETWORK_AT + 4, frame->length - at);
    }
    if (protocol == UDP && at + UDP_HEAD <= frame->length) {
        write16(bytes + at + 4, frame->length - at);
    }
}

/* What was sent becomes what somebody says who has got it. */
static void answer(struct frame *frame) {
    uint8_t *bytes = frame->bytes, protocol = 0;
    const uint32_t at = transport_at(bytes, &protocol);
    memcpy(bytes, bytes + 6, 6);
    memcpy(bytes + 6, (uint8_t[]){2, 0, 0, 0, 0, 2}, 6);
    if (read16(bytes + KIND_AT) == ARP_KIND) {
        bytes[21] = 2;
        swap(bytes + 22, bytes + 32, 10);
        memcpy(bytes + 22, bytes + 6, 6);
    }
    if (at == 0 || at + TCP_HEAD > frame->length) {
        return;
    }
    if (read16(bytes + KIND_AT) == IPV4_KIND) {
        swap(bytes + 26, bytes + 30, 4);
        if (bytes[26] >= 224) { /* it was said to many: the server has heard it */
            memcpy(bytes + 26, (uint8_t[]){10, 0, 2, 2}, 4);
        }
    } else {
        swap(bytes + 22, bytes + 38, 16);
        if (bytes[22] == 255) {
            memcpy(bytes + 22, (uint8_t[16]){0xfe, 0x80, [15] = 2}, 16);
        }
    }
    if (protocol == TCP) {
        answer_segment(bytes + at, frame->length - at);
        frame->length = at + TCP_HEAD;
        measure(frame);
    } else if (protocol == UDP) {
        swap(bytes + at, bytes + at + 2, 2);
        if (read16(bytes + at) == PORT_NTP) {
            memcpy(bytes + at + NTP_ORIGIN, bytes + at + NTP_SENT, 8);
        }
    } else if (bytes[at] == SOLICITATION) {
        bytes[at]++;
    }
}

/* The packet comes back in a message that says why it has not arrived. */
static void quote(struct frame *frame) {
    uint8_t head[NETWORK_AT + 40 + ICMP_HEAD] = {0};
    const bool six = read16(frame->bytes + KIND_AT) == IPV6_KIND;
    const uint32_t at = NETWORK_AT + (six ? 40 : 20), bytes = at + ICMP_HEAD;
    const uint32_t quoted = frame->length < NETWORK_AT                 ? 0
                            : frame->length > NETWORK_AT + QUOTED_MOST ? QUOTED_MOST
                                                                       : frame->length - NETWORK_AT;
    memcpy(head, frame->bytes + 6, 6);
    memcpy(head + 6, (uint8_t[]){2, 0, 0, 0, 0, 2}, 6);
    memcpy(head + KIND_AT, frame->bytes + KIND_AT, 2);
    if (six) {
        memcpy(head + NETWORK_AT, (uint8_t[8]){0x60, [6] = ICMP6, 255}, 8);
        memcpy(head + NETWORK_AT + 8, (uint8_t[16]){0xfe, 0x80, [15] = 2}, 16);
        memcpy(head + NETWORK_AT + 24, frame->bytes + NETWORK_AT + 8, 16);
    } else {
        memcpy(head + NETWORK_AT, (uint8_t[16]){0x45, [8] = 64, ICMP, [12] = 10, 0, 2, 2}, 16);
        memcpy(head + NETWORK_AT + 16, frame->bytes + NETWORK_AT + 12, 4);
    }
    head[at] = six ? UNREACHABLE6 : UNREACHABLE;
    head[at + 1] = (uint8_t)input_number(1);
    memmove(frame->bytes + bytes, frame->bytes + NETWORK_AT, quoted);
    memcpy(frame->bytes, head, bytes);
    frame->length = bytes + quoted;
}

static uint32_t sum_of(const uint8_t *bytes, uint32_t length, uint32_t sum) {
    for (uint32_t i = 0; i < length; i++) {
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    }
    return sum;
}

/* Of a message that quotes: that one is looked at by us, and lwIP does not ask. */
static void make_sum_good(struct frame *frame) {
    const bool six = read16(frame->bytes + KIND_AT) == IPV6_KIND;
    const uint32_t at = NETWORK_AT + (six ? 40 : 20);
    if (frame->length < at + ICMP_HEAD) {
        return;
    }
    write16(frame->bytes + at + 2, 0);
    uint32_t sum = six ? sum_of(frame->bytes + NETWORK_AT + 8, 32, ICMP6 + frame->length - at) : 0;
    sum = sum_of(frame->bytes + at, frame->length - at, sum);
    sum = (sum & UINT16_MAX) + (sum >> 16);
    write16(frame->bytes + at + 2, ~((sum & UINT16_MAX) + (sum >> 16)));
}

/* A few runs of bytes, each at its place, or at the end. */
static void write_runs(struct frame *frame) {
    for (uint32_t runs = input_below(RUNS_MOST); runs > 0; runs--) {
        uint32_t at = (uint32_t)input_number(1);
        at = at == TO_THE_END ? frame->length : at == ELSEWHERE ? (uint32_t)input_number(2) % FRAME_MOST : at;
        uint32_t length = (uint32_t)input_number(1);
        for (; length > 0 && at < FRAME_MOST; length--) {
            frame->bytes[at++] = (uint8_t)input_number(1);
        }
        frame->length = at > frame->length ? at : frame->length;
    }
}

void wire_comes(void) {
    enum { FRESH, ANSWER, MEASURED, WHOLE, QUOTED, WAYS };
    static struct frame frame;
    const uint32_t what = input_below(KINDS * WAYS);
    frame = (struct frame){.link = (uint8_t)(what % STACK_LINKS)};
    const uint32_t way = what / KINDS;
    if (way != FRESH) {
        frame = heard[what % KINDS];
        (way == QUOTED ? quote : answer)(&frame);
    }
    write_runs(&frame);
    frame.length = way == WHOLE ? FRAME_MOST : frame.length;
    if (way != FRESH && way != ANSWER) {
        measure(&frame);
    }
    if (way == QUOTED) {
        make_sum_good(&frame);
    }
    uint8_t *exact = malloc(frame.length + (frame.length == 0)); /* so that a look beyond is seen */
    memcpy(exact, frame.bytes, frame.length);
    stack_give(frame.link, exact, frame.length);
}
