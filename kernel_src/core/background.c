/* Work beside the app: see background.h. */
#include "unikernel/background.h"

#include <stddef.h>

#include "unikernel/wait.h"

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

void background_notice(void) {
    wait_wake();
    if (hook != NULL) {
        hook();
    }
}

void background_set_hook(void (*notice)(void)) {
    hook = notice;
}
