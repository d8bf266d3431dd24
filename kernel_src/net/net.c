/* lwIP's platform: time, random numbers, frames in and out, and its work whenever the machine would wait. */
#include "net.h"

#include <errno.h>

#include "lwip/etharp.h"
#include "lwip/ethip6.h"
#include "lwip/init.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/snmp.h"
#include "lwip/timeouts.h"
#include "netif/ethernet.h"
#include "unikernel/background.h"
#include "unikernel/clock.h"
#include "unikernel/device.h"
#include "unikernel/entropy.h"
#include "unikernel/link.h"
#include "unikernel/machine.h"
#include "unikernel/wait.h"

enum { NS_PER_MS = 1000000, LINK_LOOK_MS = 500, NICS = 8, FRAMES_AT_ONCE = 64 };

struct nic {
    struct netif netif;
    struct device *link;
    bool crowded; /* a frame found no room */
};

static struct nic nics[NICS];
static unsigned nic_count;
static bool started, working;

uint32_t sys_now(void) {
    return (uint32_t)(clock_monotonic_ns() / NS_PER_MS);
}

uint32_t net_random(void) {
    uint32_t value = 0;
    (void)entropy_fill(&value, sizeof value); /* net_start has proved it */
    return value;
}

_Noreturn void net_broken(const char *promise) {
    machine_panic(ABI_PANIC_ASSERTION, promise);
}

static const struct link_operations *link_of(const struct nic *nic) {
    return nic->link->driver->operations;
}

/* A frame that finds no room is lost, as on any wire; but a connection's is kept, and goes out when there is some. */
static err_t send(struct netif *netif, struct pbuf *packet) {
    struct nic *nic = netif->state;
    void *room = packet->tot_len <= LINK_FRAME_BYTES ? link_of(nic)->room(nic->link) : NULL;
    if (room == NULL) {
        nic->crowded = true;
        LINK_STATS_INC(link.drop);
        return ERR_MEM;
    }
    pbuf_copy_partial(packet, room, packet->tot_len, 0);
    link_of(nic)->send(nic->link, packet->tot_len);
    LINK_STATS_INC(link.xmit);
    if (!working) {
        background_soon(); /* it flushes */
    }
    return ERR_OK;
}

/* What found no room goes out, and all that was sent. */
static void send_rest(struct nic *nic) {
    if (nic->crowded && link_of(nic)->room(nic->link) != NULL) {
        nic->crowded = false;
        for (struct tcp_pcb *each = tcp_active_pcbs; each != NULL && !nic->crowded; each = each->next) {
            (void)tcp_output(each);
        }
    }
    link_of(nic)->flush(nic->link);
}

/* The next frame, copied: what is checked is what is used. */
static bool receive(struct nic *nic) {
    uint32_t length;
    const void *frame = link_of(nic)->frame(nic->link, &length);
    if (frame == NULL) {
        return false;
    }
    struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);
    if (packet != NULL) {
        pbuf_take(packet, frame, (u16_t)length);
    }
    link_of(nic)->taken(nic->link);
    if (packet == NULL) {
        LINK_STATS_INC(link.memerr);
    } else {
        LINK_STATS_INC(link.recv);
        if (nic->netif.input(packet, &nic->netif) != ERR_OK) {
            pbuf_free(packet);
        }
    }
    return true;
}

/* Frames that wait, until none does; whether there were any. A flood leaves the app its turn: what is left is noticed
 * again. */
static bool receive_all(struct nic *nic) {
    for (unsigned frames = 0; frames < FRAMES_AT_ONCE; frames++) {
        if (!receive(nic) && link_of(nic)->rest(nic->link)) {
            return frames > 0;
        }
    }
    background_notice();
    return true;
}

/* Packets of the machine to itself. */
static bool looped(void) {
    const struct netif *netif;
    NETIF_FOREACH(netif) {
        if (netif->loop_first != NULL) {
            return true;
        }
    }
    return false;
}

void net_said(void) {
    if (looped()) {
        background_soon();
    }
}

static bool work(void) {
    working = true;
    bool any = looped() || sys_timeouts_sleeptime() == 0;
    for (unsigned i = 0; i < nic_count; i++) {
        any |= receive_all(&nics[i]);
    }
    netif_poll_all();
    sys_check_timeouts();
    for (unsigned i = 0; i < nic_count; i++) {
        send_rest(&nics[i]);
    }
    working = false;
    net_said();
    return any;
}

/* As when a process of Linux ends: connections are closed, and what was sent goes out. */
static bool finish(void) {
    for (struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        if (pcb->state == ESTABLISHED || pcb->state == CLOSE_WAIT) {
            tcp_arg(pcb, NULL);
            tcp_recv(pcb, NULL);
            tcp_sent(pcb, NULL);
            tcp_err(pcb, NULL);
            tcp_poll(pcb, NULL, 0);
            (void)tcp_shutdown(pcb, 0, 1); /* leaves the list as it is */
        }
    }
    bool more = false;
    for (const struct tcp_pcb *pcb = tcp_active_pcbs; pcb != NULL; pcb = pcb->next) {
        more |= pcb->unsent != NULL || pcb->unacked != NULL;
    }
    for (unsigned i = 0; i < nic_count; i++) {
        more |= !link_of(&nics[i])->sent(nics[i].link);
    }
    return more;
}

static uint64_t due_ns(void) {
    const uint32_t sleep_ms = sys_timeouts_sleeptime();
    return sleep_ms == SYS_TIMEOUTS_SLEEPTIME_INFINITE ? WAIT_FOREVER
                                                       : clock_monotonic_ns() + (uint64_t)sleep_ms * NS_PER_MS;
}

static struct background network = {.work = work, .due_ns = due_ns, .finish = finish};

static void look_at_links(void *unused) {
    (void)unused;
    for (unsigned i = 0; i < nic_count; i++) {
        if (link_of(&nics[i])->connected(nics[i].link)) {
            netif_set_link_up(&nics[i].netif);
        } else {
            netif_set_link_down(&nics[i].netif);
        }
    }
    sys_timeout(LINK_LOOK_MS, look_at_links, NULL);
}

int net_start(void) {
    if (started) {
        return 0;
    }
    uint32_t value;
    const int error = entropy_fill(&value, sizeof value);
    if (error != 0) {
        return error;
    }
    lwip_init();
    background_add(&network);
    sys_timeout(LINK_LOOK_MS, look_at_links, NULL);
    started = true;
    return 0;
}

static err_t netif_start(struct netif *netif) {
    struct nic *nic = netif->state;
    netif->name[0] = 'e';
    netif->name[1] = 'n';
    netif->linkoutput = send;
    netif->output = etharp_output;
#if LWIP_IPV6
    netif->output_ip6 = ethip6_output;
#endif
    netif->mtu = LINK_PAYLOAD_BYTES;
    netif->hwaddr_len = LINK_ADDRESS_BYTES;
    link_of(nic)->address(nic->link, netif->hwaddr);
    netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET | NETIF_FLAG_IGMP | NETIF_FLAG_MLD6;
    if (link_of(nic)->connected(nic->link)) {
        netif->flags |= NETIF_FLAG_LINK_UP;
    }
    return ERR_OK;
}

int net_netif(struct device *link, struct netif **netif) {
    const int error = link->status == DEVICE_UP ? net_start() : -ENODEV;
    if (error != 0) {
        return error;
    }
    for (unsigned i = 0; i < nic_count; i++) {
        if (nics[i].link == link) {
            *netif = &nics[i].netif;
            return 0;
        }
    }
    if (nic_count == NICS) {
        return -ENOSPC;
    }
    struct nic *nic = &nics[nic_count];
    nic->link = link;
    if (netif_add_noaddr(&nic->netif, nic, netif_start, ethernet_input) == NULL) {
        return -ENOMEM;
    }
    nic_count++;
    wait_eagerly();
    if (netif_default == NULL) {
        netif_set_default(&nic->netif);
    }
    netif_set_up(&nic->netif);
    *netif = &nic->netif;
    return 0;
}
