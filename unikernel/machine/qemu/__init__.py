"""QEMU, and its words: nowhere else does one of them stand."""
