"""TLS: its C on the host, and both of its ends in one machine."""
