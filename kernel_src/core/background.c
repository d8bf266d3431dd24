/* Work beside the app: see background.h. */
#include "unikernel/background.h"

#include <stddef.h>

#include "unikernel/clock.h"
#include "unikernel/wait.h"

enum { PATIENCE_NS = 1000000000, LOOK_NS = 200000 };

static struct background *first;
static void (*hook)(void);
static bool working;

void background_add(struct background *each) {
    each->next = first;
    first = each;
}

bool background_work(void) {
    if (working) {
        return false;
    }
    working = true;
    bool done = false;
    for (struct background *each = first; each != NULL; each = each->next) {
        done |= each->work();
    }
    working = false;
    return done;
}

uint64_t background_due_ns(void) {
    uint64_t due_ns = WAIT_FOREVER;
    for (struct background *each = first; each != NULL; each = each->next) {
        const uint64_t its = each->due_ns();
        due_ns = its < due_ns ? its : due_ns;
    }
    return due_ns;
}

void background_finish(void) {
    const uint64_t deadline_ns = clock_monotonic_ns() + PATIENCE_NS;
    bool more = first != NULL;
    while (more && clock_monotonic_ns() < deadline_ns) {
        more = false;
        for (struct background *each = first; each != NULL; each = each->next) {
            more |= each->finish != NULL && each->finish();
        }
        if (!background_work() && more) {
            wait_until(clock_monotonic_ns() + LOOK_NS);
        }
    }
}

void background_notice(void) {
    wait_wake();
    background_soon();
}

void background_soon(void) {
    if (hook != NULL) {
        hook();
    }
}

void background_set_hook(void (*notice)(void)) {
    hook = notice;
}
