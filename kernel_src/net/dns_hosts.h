/* Names that the stack knows by itself. */
#pragma once

#include "unikernel/address.h"

/* The addresses of a name in a table "db=10.0.2.7,db=fd00::7", in its order, of that family, 0 for all: how many. The
 * machine itself, localhost, is in every table that says nothing else of it. */
unsigned dns_hosts_find(const char *hosts, const char *name, uint8_t family, struct address *found, unsigned most);

/* The address that begins a list, up to a comma; false: it is none, or of another family. */
bool dns_hosts_read(const char *list, uint8_t family, struct address *address);
