/* Ports of the machine's own. */
#include "port.h"

#include "lwip/opt.h"

enum { FIRST = 49152, COUNT = 16384 }; /* RFC 6335, section 6 */

uint16_t own_port(void) {
    return (uint16_t)(FIRST + LWIP_RAND() % COUNT);
}
