/* What lwIP counts, under names that say what it means for a machine. */
#include <stdbool.h>
#include <stddef.h>

#include "ip_operations.h"
#include "lwip/memp.h"
#include "lwip/stats.h"

enum { PROTOCOLS_MOST = 10 };

/* Those above the link. Each layer counts what it gives up. */
static const struct stats_proto *const layers[PROTOCOLS_MOST] = {
    &lwip_stats.etharp, &lwip_stats.ip_frag, &lwip_stats.ip,       &lwip_stats.icmp, &lwip_stats.udp, &lwip_stats.tcp,
#if LWIP_IPV6
    &lwip_stats.ip6,    &lwip_stats.icmp6,   &lwip_stats.ip6_frag, &lwip_stats.nd6,
#endif
};

static uint64_t packets_in(void) {
#if LWIP_IPV6
    return (uint64_t)lwip_stats.ip.recv + lwip_stats.ip6.recv;
#else
    return lwip_stats.ip.recv;
#endif
}

static uint64_t packets_out(void) {
#if LWIP_IPV6
    return (uint64_t)lwip_stats.ip.xmit + lwip_stats.ip6.xmit;
#else
    return lwip_stats.ip.xmit;
#endif
}

static uint64_t frames_in(void) {
    return lwip_stats.link.recv;
}

static uint64_t frames_out(void) {
    return lwip_stats.link.xmit;
}

/* No room in the nic's queue, or none in memory. */
static uint64_t frames_lost(void) {
    return (uint64_t)lwip_stats.link.drop + lwip_stats.link.memerr;
}

static uint64_t dropped(void) {
    uint64_t sum = 0;
    for (int i = 0; i < PROTOCOLS_MOST && layers[i] != NULL; i++) {
        sum += layers[i]->drop;
    }
    return sum;
}

static uint64_t errors(void) {
    uint64_t sum = 0;
    for (int i = 0; i < PROTOCOLS_MOST && layers[i] != NULL; i++) {
        const struct stats_proto *each = layers[i];
        sum += (uint64_t)each->chkerr + each->lenerr + each->memerr + each->rterr + each->proterr + each->opterr;
    }
    return sum;
}

static const struct {
    const char *name;
    uint64_t (*value)(void);
} counts[] = {
    {"frames_in", frames_in},     {"frames_out", frames_out}, {"frames_lost", frames_lost}, {"packets_in", packets_in},
    {"packets_out", packets_out}, {"dropped", dropped},       {"errors", errors},
};

bool ip_count(unsigned number, const char **name, uint64_t *value) {
    if (number >= sizeof counts / sizeof counts[0]) {
        return false;
    }
    *name = counts[number].name;
    *value = counts[number].value();
    return true;
}

/* Of lwIP's pools those that a stranger, or an app, can fill; and its heap. */
static const struct {
    const char *name;
    memp_t pool;
} pools[] = {
    {"connections", MEMP_TCP_PCB},        {"listeners", MEMP_TCP_PCB_LISTEN}, {"segments", MEMP_TCP_SEG},
    {"datagram_sockets", MEMP_UDP_PCB},   {"frames", MEMP_PBUF_POOL},         {"references", MEMP_PBUF},
    {"timers", MEMP_SYS_TIMEOUT},         {"fragmented", MEMP_REASSDATA},
#if LWIP_IPV6
    {"fragmented_6", MEMP_IP6_REASSDATA},
#endif
};
enum { POOLS = sizeof pools / sizeof pools[0] };

bool ip_pool(unsigned number, struct ip_pool *pool) {
    if (number > POOLS) {
        return false;
    }
    const struct stats_mem *of = number == POOLS ? &lwip_stats.mem : lwip_stats.memp[pools[number].pool];
    *pool = (struct ip_pool){
        .name = number == POOLS ? "bytes" : pools[number].name,
        .used = (uint32_t)of->used,
        .most = (uint32_t)of->max,
        .size = (uint32_t)of->avail,
        .failed = of->err,
    };
    return true;
}
