/* A nic, and what an honest one has got and sent. */
#pragma once

#include "fake_device.h"
#include "unikernel/link.h"

enum { NIC_RECEIVE, NIC_SEND, NIC_QUEUES, NIC_CONFIG_BYTES = 8, NIC_KEPT = 256 };

/* Requests that were not answered, the oldest first. */
struct nic_queue {
    struct side_request requests[NIC_KEPT];
    unsigned from, to;
};

struct fake_nic {
    struct fake_device device; /* first: the one is found by the other */
    uint8_t config[NIC_CONFIG_BYTES];
    bool lazy;           /* it keeps what is sent, until it has its turn */
    uint32_t came, went; /* frames to and from the driver */
    struct nic_queue queues[NIC_QUEUES];
};

/* Makes a nic with an address that ends in `number`, to be presented. */
void nic_fake(struct fake_nic *nic, uint8_t number, bool honest, bool eager, bool lazy);

/* The byte there of the frame of that number. */
uint8_t nic_byte(uint32_t number, uint32_t at);

/* Lets a frame of so many bytes come; false: the driver has left no buffer. */
bool nic_comes(struct fake_nic *nic, uint32_t length);

/* Sends what the driver has given it, and gives it back; whether there was any. */
bool nic_goes(struct fake_nic *nic);

void nic_plug(struct fake_nic *nic, bool in); /* its cable */
