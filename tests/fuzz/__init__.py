"""Fuzzing: the virtio code, on the host, against devices that lie."""
