/*
 * How lwIP 2.2.1 is compiled. What a stack may leave out is said by the build (unikernel/build/lwip.py): IPv6, DHCP,
 * DNS, multicast.
 *
 * Everything that a stranger can make the machine keep comes from a pool of a size that stands here, apart from the
 * heap of Python.
 */
#pragma once

#define NO_SYS                1 /* one thread: nothing to lock, nothing to wait for */
#define SYS_LIGHTWEIGHT_PROT  0
#define LWIP_SOCKET           0 /* ours are in tcp_sockets.c and udp_sockets.c, on the functions beneath */
#define LWIP_NETCONN          0
#define LWIP_STATS            1
#define LWIP_STATS_LARGE      1
#define MEM_ALIGNMENT         8
#define LWIP_CHKSUM           net_checksum /* checksum.c: eight bytes at a time */
#define LWIP_CHKSUM_ALGORITHM 0
#define LWIP_HOOK_FILENAME    "hooks.h"

/* The nic's frames. */
#define PBUF_POOL_BUFSIZE 1536
#define PBUF_POOL_SIZE    448          /* arrivals.c: some for all, one for each connection */
#define MEMP_NUM_PBUF     512          /* what points at bytes that lie elsewhere */
#define MEM_SIZE          (640 * 1024) /* what is to be sent, until it is acknowledged */

/* TCP. A window holds what a round trip of a third of a millisecond brings at 100 MB/s. 256 connections, as many as
 * may be half open (tcp_door.c), and those that have ended, of which the oldest makes room. */
#define TCP_MSS                    1460
#define TCP_TMR_INTERVAL           125  /* ms: how long a lone segment waits for its acknowledgement to be sent */
#define LWIP_TCP_RTO_TIME          1000 /* ms, RFC 6298 */
#define TCP_WND                    (44 * TCP_MSS)
#define TCP_SND_BUF                (44 * TCP_MSS)
#define TCP_SND_QUEUELEN           (4 * 44)
#define TCP_OVERSIZE               TCP_MSS
#define TCP_MSL                    30000 /* ms; twice as long, as on Linux, an end is remembered */
#define MEMP_NUM_TCP_PCB           384
#define MEMP_NUM_TCP_PCB_LISTEN    32
#define MEMP_NUM_TCP_SEG           1024
#define TCP_LISTEN_BACKLOG         1
#define TCP_DEFAULT_LISTEN_BACKLOG 0xff
#define LWIP_TCP_KEEPALIVE         1
#define LWIP_TCP_SACK_OUT          1
#define TCP_OOSEQ_MAX_BYTES        (16 * TCP_MSS)
#define TCP_OOSEQ_MAX_PBUFS        16
#define SO_REUSE                   1

/* UDP, and what looks at packets as they are. */
#define MEMP_NUM_UDP_PCB     64
#define LWIP_RAW             1 /* ping.c */
#define MEMP_NUM_RAW_PCB     4
#define SO_REUSE_RXTOALL     1
#define IP_SOF_BROADCAST     1
#define LWIP_NETBUF_RECVINFO 0

/* IP. */
#define ARP_TABLE_SIZE                 64
#define ETHARP_TRUST_IP_MAC            0
#define ARP_QUEUEING                   1 /* while an address is asked for, many may want to be answered */
#define ARP_QUEUE_LEN                  128
#define MEMP_NUM_ARP_QUEUE             160
#define MEMP_NUM_REASSDATA             8
#define IP_REASS_MAX_PBUFS             64
#define LWIP_HAVE_LOOPIF               1
#define LWIP_NETIF_LOOPBACK            1
#define LWIP_LOOPBACK_MAX_PBUFS        64
#define LWIP_NETIF_HOSTNAME            1
#define LWIP_NETIF_LINK_CALLBACK       0
#define LWIP_NETIF_EXT_STATUS_CALLBACK 1

#if LWIP_DNS
    #define DNS_TABLE_SIZE 16
#endif
/* Who has no address yet is heard, as a server of addresses must: RFC 1122, section 3.2.1.3 (a). No port is named. */
#define LWIP_IP_ACCEPT_UDP_PORT(port) ((void)(port), 0)
#if LWIP_DHCP
    #define LWIP_DHCP_DOES_ACD_CHECK 0 /* five seconds more before there is an address */
    #define LWIP_DHCP_GET_NTP_SRV    1
    #define DHCP_COARSE_TIMER_SECS   1 /* a lease of less than minutes is kept to, too */
    #define DHCP_TIMEOUT_SIZE_T      u32_t
    #define DHCP_DEFINE_CUSTOM_TIMEOUTS
    #define DHCP_AT_LEAST_ONE(s)                              ((s) > 0 ? (s) : 1)
    #define DHCP_SET_TIMEOUT_FROM_OFFERED_T0_LEASE(to, dhcp)  ((to) = DHCP_AT_LEAST_ONE((dhcp)->offered_t0_lease))
    #define DHCP_SET_TIMEOUT_FROM_OFFERED_T1_RENEW(to, dhcp)  ((to) = DHCP_AT_LEAST_ONE((dhcp)->offered_t1_renew))
    #define DHCP_SET_TIMEOUT_FROM_OFFERED_T2_REBIND(to, dhcp) ((to) = DHCP_AT_LEAST_ONE((dhcp)->offered_t2_rebind))
    #define DHCP_NEXT_TIMEOUT_THRESHOLD                       60
    #define DHCP_REQUEST_BACKOFF_SEQUENCE(tries)              (u16_t)(((tries) < 6 ? 1 << (tries) : 60) * 1000)
#endif
#if LWIP_IPV6
    #define LWIP_IPV6_NUM_ADDRESSES   4
    #define IPV6_REASS_MAXAGE         IP_REASS_MAXAGE /* s: a stranger does not hold them for a minute */
    #define IPV6_FRAG_COPYHEADER      1               /* pointers are of 64 bits */
    #define LWIP_ND6_NUM_NEIGHBORS    32
    #define LWIP_ND6_QUEUEING         0 /* one packet waits for each neighbour: one that is none holds no more */
    #define LWIP_ND6_NUM_DESTINATIONS 32
    #if LWIP_DNS
        #define LWIP_ND6_RDNSS_MAX_DNS_SERVERS 2
    #endif
    #define LWIP_IPV6_DUP_DETECT_ATTEMPTS   1
    #define LWIP_HOOK_ND6_GET_GW(netif, to) ipv6_gateway(netif)
#endif
#if LWIP_MDNS_RESPONDER
    #define LWIP_MDNS_SEARCH           0
    #define LWIP_NUM_NETIF_CLIENT_DATA 1
    #define MEMP_NUM_SYS_TIMEOUT       (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 40)
#else
    #define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 8)
#endif
