/* Bytes that have come: see arrivals.h. */
#include "arrivals.h"

#include <string.h>

#include "lwip/pbuf.h"
#include "lwip/stats.h"

enum { CONNECTIONS = 256, ON_THEIR_WAY = 32, SHARED = PBUF_POOL_SIZE - CONNECTIONS - ON_THEIR_WAY };

/* A frame taken from the driver's pool, with its bytes behind its head. */
static size_t room_behind(const struct pbuf *frame) {
    const uint8_t *end = (const uint8_t *)frame + LWIP_MEM_ALIGN_SIZE(sizeof *frame) + PBUF_POOL_BUFSIZE;
    const uint8_t *used = (const uint8_t *)frame->payload + frame->len;
    return pbuf_match_type(frame, PBUF_POOL) && frame->ref == 1 && used <= end ? (size_t)(end - used) : 0;
}

void arrivals_put(struct arrivals *arrivals, struct pbuf *chain) {
    arrivals->bytes += chain->tot_len;
    if (arrivals->last != NULL && chain->next == NULL && room_behind(arrivals->last) >= chain->len) {
        struct pbuf *last = arrivals->last;
        memcpy((uint8_t *)last->payload + last->len, chain->payload, chain->len);
        last->len += chain->len;
        last->tot_len = last->len;
        pbuf_free(chain);
        return;
    }
    if (arrivals->last == NULL) {
        arrivals->first = chain;
    } else {
        arrivals->last->next = chain;
    }
    while (chain->next != NULL) {
        chain = chain->next;
    }
    arrivals->last = chain;
}

size_t arrivals_take(struct arrivals *arrivals, void *bytes, size_t length, bool keep) {
    size_t done = 0;
    size_t from = arrivals->taken;
    for (struct pbuf *frame = arrivals->first; frame != NULL && done < length;) {
        const size_t left = frame->len - from;
        const size_t piece = length - done < left ? length - done : left;
        memcpy((uint8_t *)bytes + done, (const uint8_t *)frame->payload + from, piece);
        done += piece;
        struct pbuf *next = frame->next;
        if (!keep) {
            arrivals->taken = from + piece;
            if (piece == left) {
                frame->next = NULL;
                pbuf_free(frame);
                arrivals->first = next;
                arrivals->taken = 0;
            }
        }
        from = 0;
        frame = next;
    }
    if (!keep) {
        arrivals->bytes -= done;
        arrivals->last = arrivals->first == NULL ? NULL : arrivals->last;
    }
    return done;
}

void arrivals_drop(struct arrivals *arrivals) {
    while (arrivals->first != NULL) {
        struct pbuf *next = arrivals->first->next;
        arrivals->first->next = NULL;
        pbuf_free(arrivals->first);
        arrivals->first = next;
    }
    *arrivals = (struct arrivals){0};
}

bool arrivals_scarce(void) {
    return lwip_stats.memp[MEMP_PBUF_POOL]->used >= SHARED;
}
