"""Serves a tree of files that a git repository holds; the image says of which commit it is."""

import os

import unikernel

FOLDER = 0x4000  # what os.ilistdir says of a folder


def commit_of(name):
    """The commit that the build read for the device of that name."""
    for component in unikernel.manifest()["components"]:
        if component["name"] == name:
            return component["version"]
    raise KeyError(name)


def show(folder):
    """Every file below `folder`, and its size."""
    for name, kind, *_ in os.ilistdir(folder):
        path = folder + "/" + name
        if kind == FOLDER:
            show(path)
        else:
            print(f"  {path:22} {os.stat(path)[6]:4} bytes")


def get(path):
    """One page, as a web server would answer. The network comes later in the gallery."""
    print("GET", path)
    try:
        with open("/site" + path) as page:
            print(page.read().strip())
    except OSError:
        print("404: commit", commit[:8], "has no such page")


commit = commit_of("site")
print("the tree of commit", commit)
show("/site")

for path in ("/index.txt", "/notes/first.txt", "/draft.txt"):
    get(path)
