"""Files and folders on a disk, by the functions that Python has everywhere."""

import os

FOLDER = 0x4000  # what os.stat and os.ilistdir say of a folder


def walk(folder):
    """Every file below `folder`, by path."""
    for name, kind, *_ in sorted(os.ilistdir(folder)):
        path = folder + "/" + name
        if kind == FOLDER:
            yield from walk(path)
        else:
            yield path


found = os.listdir("/data")
if found:
    print("the disk has a file system, with:", ", ".join(found))
else:
    print("an empty disk was given a file system")
    os.mkdir("/data/diary")

with open("/data/diary/1.txt", "w") as page:
    page.write("it rained today")

# A file is written when it is closed, at the end of its with. Whoever cannot wait calls flush, or os.sync for all.
page = open("/data/diary/draft.txt", "w")
page.write("the sun is back!")
page.flush()
page.close()

# To rename onto a file that is there replaces it, in one step.
os.rename("/data/diary/draft.txt", "/data/diary/2.txt")

for path in walk("/data"):
    with open(path) as page:
        print(f"{path} {os.stat(path)[6]:4} bytes: {page.read()}")

try:
    os.stat("/data/diary/draft.txt")
except OSError:
    print("/data/diary/draft.txt is gone, its words are not")

_, _, blocks, free, *_ = os.statvfs("/data")
print(free, "of", blocks, "blocks are free")
