/*
 * Addresses by name: a table of the stack's, and lwIP's resolver, which asks one server after the other. RFC 1035. Each
 * question goes out from a port of its own, with a number of its own: who answers has seen it. A name is asked for in
 * both versions at once, where the image speaks both.
 */
#include "dns_resolver.h"

#include <errno.h>
#include <string.h>

#include "lwip/dns.h"
#include "lwip/netif.h"
#include "lwip/prot/dns.h"
#include "lwip/udp.h"

#include "address.h"
#include "dns_hosts.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/dns.h"

enum {
    QUESTIONS = DNS_TABLE_SIZE,
    NS_PER_S = 1000000000,
    OTHER_S = 2,       /* who has an answer in one version does not wait longer for the other */
    FORGOTTEN_S = 120, /* nobody asks any more for what he asked for */
};

static struct question {
    bool used;
    uint8_t family;
    int answer; /* 0: the address; -EINPROGRESS, -ENOENT, -ETIMEDOUT */
    uint64_t since_ns;
    ip_addr_t ip;
    char name[DNS_MAX_NAME_LENGTH];
} questions[QUESTIONS];

static bool older(const struct question *question, uint64_t seconds) {
    return clock_monotonic_ns() - question->since_ns > seconds * NS_PER_S;
}

/* Answers. What lwIP does not look at is looked at before: whether the port is a server's (RFC 5452, section 9.1), and
 * if there is no address, whether it is because there is none, or because the server does not know. */

static udp_recv_fn lwip_hears;
static int no_address = -ETIMEDOUT; /* what it means */

static void hear(void *argument, struct udp_pcb *pcb, struct pbuf *message, const ip_addr_t *from, u16_t port) {
    enum { FLAGS_AT = 2, CUT_SHORT = 2, CODE_AT = 3, CODE = 15, NO_ERROR = 0, NO_SUCH_NAME = 3 };
    const int code = pbuf_try_get_at(message, CODE_AT) & CODE;
    if (port != DNS_SERVER_PORT) {
        pbuf_free(message);
        return;
    }
    if ((code == NO_ERROR || code == NO_SUCH_NAME) && !(pbuf_try_get_at(message, FLAGS_AT) & CUT_SHORT)) {
        no_address = -ENOENT;
    }
    lwip_hears(argument, pcb, message, from, port);
    no_address = -ETIMEDOUT;
}

static void on_answer(const char *name, const ip_addr_t *ip, void *argument) {
    (void)name;
    struct question *question = argument;
    question->answer = ip == NULL ? no_address : 0;
    if (ip != NULL) {
        question->ip = *ip;
    }
}

/* Questions. */

static uint8_t kind(uint8_t family) {
#if LWIP_IPV6
    return family == ADDRESS_IPV6 ? LWIP_DNS_ADDRTYPE_IPV6 : LWIP_DNS_ADDRTYPE_IPV4;
#else
    (void)family;
    return 0;
#endif
}

/* Those of the list; what a lease or a router offers counts only where the stack says none. */
static int use_servers(const char *servers) {
    u8_t number = 0;
    for (const char *at = servers; *at != 0 && number < DNS_MAX_SERVERS;) {
        struct address address;
        ip_addr_t ip;
        if (!dns_hosts_read(at, 0, &address) || !address_to_ip(&address, &ip)) {
            return -EINVAL;
        }
        dns_setserver(number++, &ip);
        at += strcspn(at, ",");
        at += *at == ',';
    }
    while (number > 0 && number < DNS_MAX_SERVERS) {
        dns_setserver(number++, NULL);
    }
    return 0;
}

static void ask(struct question *question) {
    const struct udp_pcb *before = udp_pcbs;
    question->answer = -EINPROGRESS;
    const err_t error =
        dns_gethostbyname_addrtype(question->name, &question->ip, on_answer, question, kind(question->family));
    if (udp_pcbs != before && udp_pcbs->recv != hear) { /* the first is new: the question's port */
        lwip_hears = udp_pcbs->recv;
        udp_pcbs->recv = hear;
    }
    if (error != ERR_INPROGRESS) {
        question->answer = error == ERR_VAL ? -ETIMEDOUT : net_errno(error); /* the first: there is no server */
    }
}

/* One that was asked before, or is asked now; NULL: there is no place. lwIP may still answer one that was forgotten,
 * but not so late. */
static struct question *question(const char *name, uint8_t family) {
    struct question *place = NULL;
    for (struct question *each = questions; each < questions + QUESTIONS; each++) {
        if (!each->used || older(each, FORGOTTEN_S)) {
            place = each;
        } else if (each->family == family && strcmp(each->name, name) == 0) {
            return each;
        }
    }
    if (place != NULL) {
        *place = (struct question){.used = true, .family = family, .since_ns = clock_monotonic_ns()};
        strcpy(place->name, name);
        ask(place);
    }
    return place;
}

/* Takes what is known; what lwIP still asks for stays. */
static int take(struct question *const *asked, unsigned count, struct address *found, unsigned most) {
    unsigned taken = 0;
    int none = -ENOENT;
    for (unsigned i = 0; i < count; i++) {
        if (asked[i]->answer == 0 && taken < most) {
            address_of_ip(&asked[i]->ip, 0, &found[taken++]);
        } else if (asked[i]->answer != -ENOENT) {
            none = asked[i]->answer;
        }
        asked[i]->used = asked[i]->answer == -EINPROGRESS;
    }
    return taken > 0 ? (int)taken : none;
}

static int find(struct device *self, const char *name, uint8_t family, struct address *found, unsigned most) {
    const struct dns_resolver_parameters *parameters = self->parameters;
    const unsigned known = dns_hosts_find(parameters->hosts, name, family, found, most);
    if (known > 0) {
        return (int)known;
    }
    if (name[0] == 0 || strlen(name) >= DNS_MAX_NAME_LENGTH) {
        return -ENOENT;
    }
    (void)use_servers(parameters->servers); /* again: a lease may have come */
    const bool four = netif_default != NULL && !ip4_addr_isany_val(*netif_ip4_addr(netif_default));
    const uint8_t families[] = {four ? ADDRESS_IPV4 : ADDRESS_IPV6, four ? ADDRESS_IPV6 : ADDRESS_IPV4};
    struct question *asked[sizeof families];
    unsigned count = 0, waits = 0, old = 0;
    for (unsigned i = 0; i < sizeof families; i++) {
        if (address_known(families[i]) && (family == 0 || family == families[i])) {
            struct question *one = question(name, families[i]);
            if (one == NULL) {
                return -ENOBUFS;
            }
            waits += one->answer == -EINPROGRESS;
            old += one->answer == 0 && older(one, OTHER_S);
            asked[count++] = one;
        }
    }
    return waits > 0 && old == 0 ? -EINPROGRESS : take(asked, count, found, most);
}

static int init(struct device *self) {
    const struct dns_resolver_parameters *parameters = self->parameters;
    return use_servers(parameters->servers);
}

static const struct dns_operations operations = {.find = find};

const struct driver dns_resolver_driver = {
    .class_name = "DnsResolver",
    .provides = INTERFACE_DNS,
    .operations = &operations,
    .init = init,
};
