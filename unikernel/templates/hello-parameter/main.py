"""Greets as it is told: what unikernel.toml fixes, and what the boot says."""

import unikernel

settings = unikernel.parameters()

for _ in range(settings["times"]):
    print(settings["greeting"] + ", " + settings["who"])
