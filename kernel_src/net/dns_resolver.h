/* Addresses by name: its parameters. */
#pragma once

struct dns_resolver_parameters {
    const char *servers; /* "10.0.2.3,10.0.2.4"; "": those that DHCP or a router tells */
    const char *hosts;   /* "db=10.0.2.7,mail=10.0.2.8" */
};
