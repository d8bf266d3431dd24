#include "sockets.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../network/pools.h"
#include "../network/stack.h"
#include "check.h"
#include "input.h"
#include "unikernel/socket.h"

enum { SLOTS = 8, BYTES_MOST = 4096, ERRNO_MOST = 133, LENGTH_SHIFT = 4, OPTIONS = SOCKET_GROUP_LIVE + 1 };

static struct slot {
    struct socket *socket; /* NULL: there is none */
    const struct socket_operations *on;
} slots[SLOTS];

static const struct address addresses[] = {
    {.family = ADDRESS_IPV4},
    {.family = ADDRESS_IPV4, .bytes = {10, 0, 2, 50}},
    {.family = ADDRESS_IPV4, .bytes = {10, 0, 2, 2}},
    {.family = ADDRESS_IPV4, .bytes = {10, 9, 9, 9}},
    {.family = ADDRESS_IPV4, .bytes = {127, 0, 0, 1}},
    {.family = ADDRESS_IPV4, .bytes = {255, 255, 255, 255}},
    {.family = ADDRESS_IPV4, .bytes = {224, 0, 0, 77}},
    {.family = ADDRESS_IPV6},
    {.family = ADDRESS_IPV6, .bytes = {0xfd, 0, 0, 9, [15] = 0x15}},
    {.family = ADDRESS_IPV6, .bytes = {0xfd, 0, 0, 9, [15] = 1}},
    {.family = ADDRESS_IPV6, .bytes = {0xfe, 0x80, [15] = 2}},
    {.family = ADDRESS_IPV6, .bytes = {[15] = 1}},
    {.family = ADDRESS_IPV6, .bytes = {0xff, 2, [15] = 77}},
    {.family = 0},
};
enum { ADDRESSES = sizeof addresses / sizeof addresses[0] };

static struct address some_address(void) {
    static const uint16_t ports[] = {7, 0, 9, 53, 40000};
    struct address address = addresses[input_below(ADDRESSES)];
    address.port = ports[input_below(sizeof ports / sizeof ports[0])];
    return address;
}

static size_t some_length(void) {
    const size_t length = (size_t)input_number(1);
    return length << (input_below(2) * LENGTH_SHIFT);
}

static void check_error(int64_t error) {
    CHECK(error <= 0 && error >= -ERRNO_MOST);
}

static struct slot *free_slot(void) {
    for (struct slot *slot = slots; slot < slots + SLOTS; slot++) {
        if (slot->socket == NULL) {
            return slot;
        }
    }
    return NULL;
}

static void open(struct slot *slot) {
    struct device *device = input_below(2) ? &tcp_sockets : &udp_sockets;
    slot->on = device->driver->operations;
    const int error = slot->on->open(device, input_below(2) ? ADDRESS_IPV4 : ADDRESS_IPV6, &slot->socket);
    check_error(error);
    CHECK((error == 0) == (slot->socket != NULL));
}

static void close(struct slot *slot) {
    slot->on->close(slot->socket);
    slot->socket = NULL;
}

static void accept(struct slot *slot) {
    struct slot *guest = free_slot();
    const bool ready = slot->on->ready(slot->socket) & SOCKET_IN;
    if (slot->on->accept == NULL || guest == NULL) {
        return;
    }
    const int error = slot->on->accept(slot->socket, &guest->socket);
    check_error(error);
    CHECK((error == 0) == (guest->socket != NULL) && (error != -EAGAIN || !ready));
    guest->on = slot->on;
}

/* As long as it is: a look beyond is seen. */
static void send(struct slot *slot) {
    const struct address to = some_address();
    const bool named = input_below(2);
    const bool ready = slot->on->ready(slot->socket) & SOCKET_OUT && pools_refuse == 0;
    const size_t length = some_length();
    uint8_t *bytes = malloc(length + (length == 0));
    memset(bytes, 's', length);
    const int64_t sent = slot->on->send(slot->socket, bytes, length, named ? &to : NULL);
    free(bytes);
    CHECK(sent <= (int64_t)length && sent >= -ERRNO_MOST && (sent > 0 || length == 0 || sent < 0));
    CHECK(sent != -EAGAIN || !ready);
}

static void receive(struct slot *slot) {
    struct address from;
    const bool peek = input_below(2), from_whom = input_below(2);
    const bool ready = slot->on->ready(slot->socket) & SOCKET_IN;
    const size_t length = some_length();
    uint8_t *bytes = malloc(length + (length == 0));
    const int64_t got = slot->on->receive(slot->socket, bytes, length, from_whom ? &from : NULL, peek);
    CHECK(got <= (int64_t)length && got >= -ERRNO_MOST && (got != -EAGAIN || !ready));
    if (peek && got > 0) {
        uint8_t *again = malloc(length);
        CHECK(slot->on->receive(slot->socket, again, length, NULL, false) == got);
        CHECK(memcmp(bytes, again, (size_t)got) == 0);
        free(again);
    }
    free(bytes);
}

static void look(struct slot *slot) {
    struct address address;
    const unsigned ready = slot->on->ready(slot->socket);
    CHECK((ready & ~(unsigned)(SOCKET_IN | SOCKET_OUT | SOCKET_ERROR | SOCKET_HANGUP)) == 0);
    check_error(slot->on->local(slot->socket, &address));
    check_error(slot->on->peer(slot->socket, &address));
}

static void option(struct slot *slot) {
    const enum socket_option option = (enum socket_option)input_below(OPTIONS);
    int value = 0;
    if (input_below(2)) {
        check_error(slot->on->set(slot->socket, option, (int)(int16_t)input_number(2)));
    }
    const int error = slot->on->get(slot->socket, option, &value);
    check_error(error);
    CHECK(option != SOCKET_TAKE_ERROR || (value >= 0 && value <= ERRNO_MOST));
}

static void group(struct slot *slot) {
    const struct address group = some_address(), link = some_address();
    if (slot->on->group != NULL) {
        check_error(slot->on->group(slot->socket, &group, &link, input_below(2)));
    }
}

static void shutdown(struct slot *slot) {
    const bool in = input_below(2), out = input_below(2);
    check_error(slot->on->shutdown(slot->socket, in, out));
}

static void name(struct slot *slot, bool connects) {
    const struct address address = some_address();
    check_error((connects ? slot->on->connect : slot->on->bind)(slot->socket, &address));
}

void sockets_use(void) {
    enum { CLOSE, BIND, CONNECT, LISTEN, ACCEPT, SEND, RECEIVE, SHUTDOWN, LOOK, OPTION, GROUP, OPERATIONS };
    struct slot *slot = &slots[input_below(SLOTS)];
    if (slot->socket == NULL) {
        open(slot);
        return;
    }
    switch (input_below(OPERATIONS)) {
    case CLOSE:
        close(slot);
        break;
    case BIND:
        name(slot, false);
        break;
    case CONNECT:
        name(slot, true);
        break;
    case LISTEN:
        if (slot->on->listen != NULL) {
            check_error(slot->on->listen(slot->socket));
        }
        break;
    case ACCEPT:
        accept(slot);
        break;
    case SEND:
        send(slot);
        break;
    case RECEIVE:
        receive(slot);
        break;
    case SHUTDOWN:
        shutdown(slot);
        break;
    case LOOK:
        look(slot);
        break;
    case OPTION:
        option(slot);
        break;
    default:
        group(slot);
        break;
    }
}

void sockets_start(void) {
    memset(slots, 0, sizeof slots);
}

void sockets_end(void) {
    for (struct slot *slot = slots; slot < slots + SLOTS; slot++) {
        if (slot->socket != NULL) {
            close(slot);
        }
    }
}
