/*
 * Who may come in when it is crowded. What strangers can make the machine keep is bounded, and the bound is shared: of
 * the connections that are half open the oldest makes room for the next; and when frames are scarce, a connection whose
 * bytes nobody has read yet brings no more, so that there is one for each of the others. What is turned away comes
 * again: its sender repeats it.
 */
#include "lwip/opt.h"

#include "lwip/memp.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/stats.h"

#include "arrivals.h"
#include "hooks.h"

enum { LEAST_TICKS = 1 }; /* of TCP_SLOW_INTERVAL: who has just come may still be answering */

static bool pool_empty(void) {
    return lwip_stats.memp[MEMP_TCP_PCB]->used == MEMP_NUM_TCP_PCB && tcp_tw_pcbs == NULL;
}

/* For one more that would be half open. */
static void make_room(const struct tcp_pcb_listen *listener) {
    if (listener->accepts_pending < listener->backlog && !pool_empty()) {
        return;
    }
    struct tcp_pcb *oldest = NULL; /* of one age, the last in the list */
    for (struct tcp_pcb *each = tcp_active_pcbs; each != NULL; each = each->next) {
        if (each->state == SYN_RCVD && (oldest == NULL || tcp_ticks - each->tmr >= tcp_ticks - oldest->tmr)) {
            oldest = each;
        }
    }
    if (oldest != NULL && tcp_ticks - oldest->tmr >= LEAST_TICKS) {
        tcp_abandon(oldest, 0);
    }
}

err_t tcp_let_in(struct tcp_pcb *pcb, const struct tcp_hdr *head, const struct pbuf *payload) {
    if (pcb->state == LISTEN) {
        if (TCPH_FLAGS(head) & TCP_SYN) {
            make_room((const struct tcp_pcb_listen *)pcb);
        }
        return ERR_OK;
    }
    const bool waited_for = pcb->rcv_wnd == TCP_WND_MAX(pcb) && head->seqno == pcb->rcv_nxt;
    return payload->tot_len > 0 && !waited_for && arrivals_scarce() ? ERR_MEM : ERR_OK;
}
