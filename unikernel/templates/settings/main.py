"""Settings by key. Where files are more than one needs, a key and a value are enough."""

import unikernel

settings = unikernel.device("settings")
chosen = unikernel.parameters()["colour"]

# A value is bytes. With a default, get gives that where there is no such key.
colour = settings.get("colour", None)
if colour is None:
    print("colour: green, as nobody has chosen yet")
    settings.set("colour", "green")
else:
    print("colour:", colour.decode())

# When set returns, the new value is on the disk; until then, the old one is.
if chosen:
    settings.set("colour", chosen)
    print("now it is", chosen)

visits = int(settings.get("visits", b"0")) + 1
settings.set("visits", str(visits))
print("settings kept:", ", ".join(settings.list()))
print("visits:", visits)

try:
    settings.get("font")
except KeyError as error:
    print("a key that nobody set:", error)
