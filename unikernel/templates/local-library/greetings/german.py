"""How to greet in German: a module of the package."""


def hello(name):
    """The greeting."""
    return "guten Tag, " + name
