"""Fuzzing on the host: the virtio code against devices that lie, the network and TLS against whatever comes."""
