"""Values that ship with the app: texts, tables, certificates. No disk is needed to read them."""

import unikernel

menu = unikernel.device("menu")

print("on the menu:", ", ".join(menu.list()))
for name in menu.list() + ["cake"]:
    print(name + ":", menu.get(name, b"sold out").decode())

try:
    menu.set("cake", "with cherries")
except OSError as error:
    print("to write is refused:", error.args[1])
