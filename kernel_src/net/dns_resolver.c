/*
 * Addresses by name: a table of the stack's, and lwIP's resolver, which asks one server after the other. RFC 1035. Each
 * question goes out from a port of its own, with a number of its own: who answers has seen it.
 */
#include "dns_resolver.h"

#include <errno.h>
#include <string.h>

#include "lwip/dns.h"

#include "address.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/dns.h"

enum {
    QUESTIONS = DNS_TABLE_SIZE,
    NS_PER_S = 1000000000,
    SILENCE_S = 6,     /* the first server's tries take longer: an end before is an answer */
    FORGOTTEN_S = 120, /* nobody asks any more for what he asked for */
};

enum state { FREE, ASKED, FOUND, NOT_FOUND };

static struct question {
    enum state state;
    uint8_t family;
    uint64_t since_ns;
    ip_addr_t ip;
    char name[DNS_MAX_NAME_LENGTH];
} questions[QUESTIONS];

static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* The length of what stands before `end`, or all. */
static size_t until(const char *text, char end) {
    const char *found = strchr(text, end);
    return found == NULL ? strlen(text) : (size_t)(found - text);
}

static bool same(const char *name, const char *other, size_t length) {
    for (size_t i = 0; i < length; i++) {
        if (name[i] == 0 || lower(name[i]) != lower(other[i])) {
            return false;
        }
    }
    return name[length] == 0;
}

/* An address of the list, which the host has checked. */
static bool read_one(const char *text, size_t length, uint8_t family, struct address *address) {
    char one[ADDRESS_TEXT_BYTES];
    if (length >= sizeof one) {
        return false;
    }
    memcpy(one, text, length);
    one[length] = 0;
    return address_read(one, family, address);
}

static bool in_table(const char *hosts, const char *name, uint8_t family, struct address *address) {
    for (const char *at = hosts; *at != 0;) {
        const size_t entry = until(at, ',');
        const size_t its_name = until(at, '=');
        if (its_name < entry && same(name, at, its_name) &&
            read_one(at + its_name + 1, entry - its_name - 1, family, address)) {
            return true;
        }
        at += entry + (at[entry] == ',');
    }
    return false;
}

static void on_answer(const char *name, const ip_addr_t *ip, void *argument) {
    (void)name;
    struct question *question = argument;
    question->state = ip == NULL ? NOT_FOUND : FOUND;
    if (ip != NULL) {
        question->ip = *ip;
    }
}

static struct question *asked_before(const char *name, uint8_t family) {
    for (struct question *each = questions; each < questions + QUESTIONS; each++) {
        if (each->state != FREE && each->family == family && strcmp(each->name, name) == 0) {
            return each;
        }
    }
    return NULL;
}

static uint8_t kind(uint8_t family) {
#if LWIP_IPV6
    return family == 0              ? LWIP_DNS_ADDRTYPE_DEFAULT
           : family == ADDRESS_IPV6 ? LWIP_DNS_ADDRTYPE_IPV6
                                    : LWIP_DNS_ADDRTYPE_IPV4;
#else
    (void)family;
    return 0;
#endif
}

/* A place for a question; lwIP may still answer one that was forgotten, but not so late. */
static struct question *place(uint64_t now_ns) {
    for (struct question *each = questions; each < questions + QUESTIONS; each++) {
        if (each->state == FREE || now_ns - each->since_ns > (uint64_t)FORGOTTEN_S * NS_PER_S) {
            return each;
        }
    }
    return NULL;
}

/* Those of the list; what a lease or a router offers counts only where the stack says none. */
static int use_servers(const char *servers) {
    u8_t number = 0;
    for (const char *at = servers; *at != 0 && number < DNS_MAX_SERVERS;) {
        const size_t length = until(at, ',');
        struct address address = {0};
        ip_addr_t ip;
        if (!read_one(at, length, 0, &address) || !address_to_ip(&address, &ip)) {
            return -EINVAL;
        }
        dns_setserver(number++, &ip);
        at += length + (at[length] == ',');
    }
    while (number > 0 && number < DNS_MAX_SERVERS) {
        dns_setserver(number++, NULL);
    }
    return 0;
}

static int ask(const char *name, uint8_t family, struct address *address) {
    const uint64_t now_ns = clock_monotonic_ns();
    struct question *question = place(now_ns);
    if (question == NULL) {
        return -ENOBUFS;
    }
    *question = (struct question){.state = ASKED, .family = family, .since_ns = now_ns};
    strcpy(question->name, name);
    ip_addr_t ip;
    const err_t error = dns_gethostbyname_addrtype(name, &ip, on_answer, question, kind(family));
    if (error == ERR_INPROGRESS) {
        return -EINPROGRESS;
    }
    question->state = FREE;
    if (error == ERR_OK) {
        address_of_ip(&ip, address->port, address);
    }
    return error == ERR_VAL ? -ETIMEDOUT : net_errno(error); /* the first: there is no server */
}

static int find(struct device *self, const char *name, uint8_t family, struct address *address) {
    const struct dns_resolver_parameters *parameters = self->parameters;
    if (in_table(parameters->hosts, name, family, address) ||
        (same(name, "localhost", sizeof "localhost" - 1) && address_read("127.0.0.1", family, address))) {
        return 0;
    }
    if (name[0] == 0 || strlen(name) >= DNS_MAX_NAME_LENGTH) {
        return -ENOENT;
    }
    struct question *question = asked_before(name, family);
    if (question == NULL) {
        (void)use_servers(parameters->servers); /* again: a lease may have come */
        return ask(name, family, address);
    }
    if (question->state == ASKED) {
        return -EINPROGRESS;
    }
    const bool found = question->state == FOUND;
    question->state = FREE;
    if (found) {
        address_of_ip(&question->ip, address->port, address);
        return 0;
    }
    return clock_monotonic_ns() - question->since_ns < (uint64_t)SILENCE_S * NS_PER_S ? -ENOENT : -ETIMEDOUT;
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
