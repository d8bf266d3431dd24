/* A nic over virtio: its parameters. */
#pragma once

struct virtio_net_parameters {
    const char *mac; /* "02:1a:…": the nic with that address is meant; "": the next one that nobody has */
};
