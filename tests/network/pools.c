#include "pools.h"

#include <malloc.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lwip/opt.h"

#include "lwip/def.h"
#include "lwip/dns.h"
#include "lwip/etharp.h"
#include "lwip/igmp.h"
#include "lwip/ip4_frag.h"
#include "lwip/ip6_frag.h"
#include "lwip/mem.h"
#include "lwip/memp.h"
#include "lwip/mld6.h"
#include "lwip/pbuf.h"
#include "lwip/priv/nd6_priv.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/raw.h"
#include "lwip/stats.h"
#include "lwip/timeouts.h"
#include "lwip/udp.h"
#include "netif/ppp/ppp_opts.h" /* how many timers it has: none */

#define LWIP_MEMPOOL(name, count, bytes, words)                                                                        \
    static struct stats_mem stats_##name;                                                                              \
    static const struct memp_desc memp_##name = {.stats = &stats_##name, .size = (bytes), .num = (count)};
#include "lwip/priv/memp_std.h"

const struct memp_desc *const memp_pools[MEMP_MAX] = {
#define LWIP_MEMPOOL(name, count, bytes, words) &memp_##name,
#include "lwip/priv/memp_std.h"
};

enum { HELD_MOST = 8192 };

unsigned pools_refuse;
static void *held[HELD_MOST];
static unsigned held_count;

/* `counts`: how much it takes of what there is. NULL: it is refused. */
static void *take(struct stats_mem *stats, size_t bytes, size_t counts) {
    const bool unlucky = pools_refuse > 0 && stats != &stats_SYS_TIMEOUT;
    pools_refuse -= unlucky;
    if (unlucky || stats->used + counts > stats->avail || held_count == HELD_MOST) {
        stats->err++;
        return NULL;
    }
    stats->used += (mem_size_t)counts;
    stats->max = LWIP_MAX(stats->max, stats->used);
    return held[held_count++] = malloc(bytes);
}

static void give(struct stats_mem *stats, void *piece, size_t counts) {
    unsigned i = held_count;
    while (i > 0 && held[i - 1] != piece) { /* the newest first */
        i--;
    }
    if (i == 0) {
        abort(); /* nobody holds it */
    }
    held[i - 1] = held[--held_count];
    stats->used -= (mem_size_t)counts;
    free(piece);
}

void pools_drop(void) {
    while (held_count > 0) {
        free(held[--held_count]);
    }
}

void memp_init_pool(const struct memp_desc *pool) {
    *pool->stats = (struct stats_mem){.avail = pool->num};
}

void *memp_malloc_pool(const struct memp_desc *pool) {
    return take(pool->stats, pool->size, 1);
}

void memp_free_pool(const struct memp_desc *pool, void *piece) {
    if (piece != NULL) {
        give(pool->stats, piece, 1);
    }
}

void memp_init(void) {
    for (unsigned i = 0; i < MEMP_MAX; i++) {
        lwip_stats.memp[i] = memp_pools[i]->stats;
        memp_init_pool(memp_pools[i]);
    }
}

void *memp_malloc(memp_t pool) {
    return memp_malloc_pool(memp_pools[pool]);
}

void memp_free(memp_t pool, void *piece) {
    memp_free_pool(memp_pools[pool], piece);
}

void mem_init(void) {
    lwip_stats.mem = (struct stats_mem){.avail = MEM_SIZE};
}

void *mem_malloc(mem_size_t bytes) {
    return take(&lwip_stats.mem, bytes, bytes);
}

void *mem_calloc(mem_size_t count, mem_size_t bytes) {
    void *piece = mem_malloc(count * bytes);
    return piece == NULL ? NULL : memset(piece, 0, count * bytes);
}

/* It stays where it is, and as large as it was. */
void *mem_trim(void *piece, mem_size_t bytes) {
    (void)bytes;
    return piece;
}

void mem_free(void *piece) {
    if (piece != NULL) {
        give(&lwip_stats.mem, piece, malloc_usable_size(piece));
    }
}
