/* An address of the Internet protocol with a port, as programs write it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ADDRESS_IPV4 = 4, ADDRESS_IPV6 = 6 };
enum { ADDRESS_IPV4_BYTES = 4, ADDRESS_IPV6_BYTES = 16, ADDRESS_TEXT_BYTES = 48 };

struct address {
    uint8_t family; /* ADDRESS_IPV4, ADDRESS_IPV6; 0: none */
    uint8_t zone;   /* of an IPv6 address of one link: that link's number; 0: none, or the only one */
    uint16_t port;
    uint8_t bytes[ADDRESS_IPV6_BYTES]; /* in the order of the network; an IPv4 address has the first four */
};

/* The address that a text of that family writes, 0 for either; false: it is no address, or of a family that the image
 * lacks. The port is left alone. */
bool address_read(const char *text, uint8_t family, struct address *address);

/* Writes the address, not the port, into ADDRESS_TEXT_BYTES with a NUL behind; the bytes before it. */
size_t address_write(const struct address *address, char *text);

/* Whether the image speaks that family. */
bool address_known(uint8_t family);
