"""Uses a library of its own: the package greetings, which lies beside this file."""

import greetings
from greetings import german

print(greetings.hello("neighbour"))
print(german.hello("Nachbar"))
print("languages:", ", ".join(sorted(greetings.LANGUAGES)))
