/* The machine's name on its link: the parameters. */
#pragma once

struct mdns_responder_parameters {
    const char *hostname; /* "": after the stack */
};
