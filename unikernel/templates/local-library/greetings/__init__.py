"""How to greet. A folder with this file in it is a package; what it defines belongs to the package itself."""

LANGUAGES = {"en", "de"}


def hello(name):
    """The greeting in English, which needs no module of its own."""
    return "hello, " + name
