/*
 * An echo request of the app's, one at a time: RFC 792, page 14; RFC 4443, section 4.1. What answers bears the number
 * of the last one, so that a late answer to another is none.
 */
#include <errno.h>
#include <string.h>

#include "ip_operations.h"
#include "lwip/def.h"
#include "lwip/icmp.h"
#include "lwip/ip.h"
#include "lwip/raw.h"
#include "unikernel/clock.h"

#if LWIP_IPV6
    #include "lwip/icmp6.h"
#endif

enum { PAYLOAD_BYTES = 32, CHECKSUM_PLACE = 2 };

struct echo {
    struct icmp_echo_hdr head; /* version 6 has the same */
    uint8_t payload[PAYLOAD_BYTES];
};

static struct raw_pcb *pcb;
static uint16_t identifier, number;
static uint64_t sent_ns;
static int64_t took_ns;

static void forget(void) {
    if (pcb != NULL) {
        raw_remove(pcb);
        pcb = NULL;
    }
}

static uint8_t reply_type(const ip_addr_t *from) {
#if LWIP_IPV6
    return IP_IS_V6(from) ? ICMP6_TYPE_EREP : ICMP_ER;
#else
    return ICMP_ER;
#endif
}

/* It eats nothing: an echo request to this machine comes by, too. */
static u8_t receive(void *unused, struct raw_pcb *from, struct pbuf *packet, const ip_addr_t *address) {
    struct icmp_echo_hdr head;
    if (pbuf_copy_partial(packet, &head, sizeof head, ip_current_header_tot_len()) == sizeof head &&
        ICMPH_TYPE(&head) == reply_type(address) && head.id == identifier && head.seqno == number && took_ns < 0) {
        took_ns = (int64_t)(clock_monotonic_ns() - sent_ns);
    }
    return 0;
}

static int open(const ip_addr_t *to) {
#if LWIP_IPV6
    if (IP_IS_V6(to)) {
        pcb = raw_new_ip_type(IPADDR_TYPE_V6, IP6_NEXTH_ICMP6);
        if (pcb != NULL) {
            pcb->chksum_reqd = 1;
            pcb->chksum_offset = CHECKSUM_PLACE;
        }
    } else
#endif
    {
        pcb = raw_new(IP_PROTO_ICMP);
    }
    if (pcb == NULL) {
        return -ENOMEM;
    }
    raw_recv(pcb, receive, NULL);
    return 0;
}

static struct echo request(const ip_addr_t *to) {
    struct echo echo = {.head = {.id = identifier, .seqno = number}};
    ICMPH_TYPE_SET(&echo.head, ICMP_ECHO);
    for (uint8_t i = 0; i < PAYLOAD_BYTES; i++) {
        echo.payload[i] = i;
    }
#if LWIP_IPV6
    if (IP_IS_V6(to)) {
        ICMPH_TYPE_SET(&echo.head, ICMP6_TYPE_EREQ);
        return echo; /* whose check sum needs the source's address: lwIP makes it */
    }
#endif
    echo.head.chksum = (u16_t)~net_checksum(&echo, sizeof echo);
    return echo;
}

int ping(const char *address) {
    ip_addr_t to;
    if (ipaddr_aton(address, &to) != 1) {
        return -EINVAL;
    }
#if LWIP_IPV6
    if (IP_IS_V6(&to) && ip6_addr_lacks_zone(ip_2_ip6(&to), IP6_UNKNOWN)) {
        ip6_addr_assign_zone(ip_2_ip6(&to), IP6_UNKNOWN,
                             netif_default); /* fe80::2 is of the first nic, fe80::2%en2 not */
    }
#endif
    forget();
    int error = open(&to);
    struct pbuf *packet = error == 0 ? pbuf_alloc(PBUF_IP, sizeof(struct echo), PBUF_RAM) : NULL;
    if (packet == NULL) {
        forget();
        return -ENOMEM;
    }
    identifier = (uint16_t)LWIP_RAND();
    number++;
    took_ns = -EAGAIN;
    const struct echo echo = request(&to);
    pbuf_take(packet, &echo, sizeof echo);
    sent_ns = clock_monotonic_ns();
    const err_t sent = raw_sendto(pcb, packet, &to);
    pbuf_free(packet);
    if (sent != ERR_OK) {
        forget();
        return sent == ERR_RTE ? -EHOSTUNREACH : sent == ERR_MEM ? -ENOMEM : -EIO;
    }
    return 0;
}

int64_t ping_answered_ns(void) {
    if (took_ns >= 0) {
        forget();
    }
    return took_ns;
}
