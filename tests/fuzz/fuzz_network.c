/* sources: lwip:net
 * beside: input.c sockets.c statics.c wire.c */
/*
 * The network of a machine, with all that speaks in it, against whatever comes: an app does with its sockets what it
 * likes, frames come that are anything, or an answer to what the machine has said, time passes, memory runs out. Each
 * call says what socket.h knows, no socket is ready for what it then has not, and when all is closed and done with,
 * nothing is held that was not held before.
 */
#include <stdio.h>
#include <string.h>

#include "../network/pools.h"
#include "../network/stack.h"
#include "check.h"
#include "input.h"
#include "sockets.h"
#include "statics.h"
#include "unikernel/dns.h"
#include "unikernel/ip.h"
#include "unikernel/log.h"
#include "wire.h"

enum { STEPS_MOST = 200, PATIENT = 16, LAST_MS = 400000, LAST_STEP_MS = 125, MANY = 16, FOUND_MOST = 3 };

static void find(void) {
    static const char *const names[] = {"a.lab", "b.lab", "localhost", "10.0.2.9", "fd00:9::9", ""};
    const struct dns_operations *dns = dns_resolver.driver->operations;
    struct address found[FOUND_MOST];
    const uint8_t families[] = {0, ADDRESS_IPV4, ADDRESS_IPV6};
    const char *name = names[input_below(sizeof names / sizeof names[0])];
    const uint8_t family = families[input_below(3)];
    const int answer = dns->find(&dns_resolver, name, family, found, FOUND_MOST);
    CHECK(answer != 0 && answer <= FOUND_MOST);
    for (int i = 0; i < answer; i++) {
        CHECK(found[i].family == family || (family == 0 && found[i].family != 0));
    }
}

static void ping(void) {
    static const char *const addresses[] = {"10.0.2.2", "fd00:9::1", "fe80::2", "255.255.255.255", "nobody"};
    const struct ip_operations *ip = static_ip.driver->operations;
    char text[IP_TEXT_BYTES];
    CHECK(ip->ping(addresses[input_below(sizeof addresses / sizeof addresses[0])]) <= 0);
    (void)ip->answered_ns();
    for (unsigned i = 0; ip->address(&static_ip, i, text) || ip->gateway(&static_ip, i, text); i++) {
    }
}

static void one_step(void) {
    enum { SOCKET, FRAME = SOCKET + 8, PASS = FRAME + 8, PASS_LONG, FIND, SAY, PING, PLUG, CROWD, REFUSE, STEPS };
    const uint32_t what = input_below(STEPS);
    if (what < FRAME) {
        sockets_use();
    } else if (what < PASS) {
        wire_comes();
        stack_pass(0);
    } else {
        switch (what) {
        case PASS:
            stack_pass(input_number(1));
            break;
        case PASS_LONG:
            stack_pass(input_number(1) * 250);
            break;
        case FIND:
            find();
            break;
        case SAY:
            ((const struct log_operations *)syslog.driver->operations)->line(&syslog, LOG_INFO, "app", "line");
            break;
        case PING:
            ping();
            break;
        case PLUG:
            stack_wires.unplugged = !stack_wires.unplugged;
            break;
        case CROWD:
            stack_wires.crowded = !stack_wires.crowded;
            break;
        default:
            pools_refuse = input_below(MANY);
            break;
        }
    }
}

/* Routers that were believed, and leases, may be held for longer; what strangers sent, and connections, may not. */
static void check_pools(const uint32_t before[STACK_POOLS]) {
    uint32_t after[STACK_POOLS];
    for (uint32_t ms = 0; ms < LAST_MS; ms += LAST_STEP_MS) {
        stack_pass(LAST_STEP_MS);
    }
    stack_look(after);
    for (unsigned i = 0; i < STACK_POOLS; i++) {
        CHECK(after[i] <= before[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length) {
    uint32_t before[STACK_POOLS];
    statics_again();
    input_start(bytes, length);
    wire_start();
    CHECK(stack_start());
    stack_trust_sums();
    sockets_start();
    stack_look(before);
    for (int i = 0; i < STEPS_MOST && !input_over(); i++) {
        one_step();
    }
    pools_refuse = 0;
    stack_wires.unplugged = stack_wires.crowded = false;
    sockets_end();
    if (input_replayed || length % PATIENT == 1) { /* it takes long */
        check_pools(before);
    }
    pools_drop();
    return 0;
}
