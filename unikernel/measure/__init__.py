"""Numbers from images and runs: who owns the bytes, where the time of a boot went."""
