"""Counts its boots: the machine forgets everything when it ends, the disk keeps the number."""

import os

COUNT = "/data/count"

try:
    with open(COUNT) as file:
        boots = int(file.read())
except OSError:  # the first boot: there is no such file yet
    boots = 0

boots += 1

# The new number is written beside the old one, and takes its place in one step: whenever the power fails, the file
# holds the one or the other, never half of each.
with open(COUNT + ".new", "w") as file:
    file.write(str(boots))
os.rename(COUNT + ".new", COUNT)

print("boot", boots)
