import io
import logging

out = io.StringIO()
handler = logging.StreamHandler(out)
handler.setFormatter(logging.Formatter("%(levelname)-8s|%(name)s|%(levelno)d|%(message)s"))
root = logging.getLogger()
root.addHandler(handler)
root.addHandler(handler)

log = logging.getLogger("a.b.c")
middle = logging.getLogger("a.b")
top = logging.getLogger("a")
print(log.parent is middle, middle.parent is top, top.parent is root, logging.getLogger("a.b") is middle)
print(log.getChild("d").name, root.getChild("x").name, logging.getLogger("").name)

log.info("not told")
log.warning("told %s of %d", "one", 2)
log.error("no arguments: %d")
top.setLevel(logging.DEBUG)
print(log.getEffectiveLevel(), log.isEnabledFor(logging.DEBUG), logging.getLogger("other").isEnabledFor(logging.INFO))
log.debug("now told %(what)s", {"what": "by name"})
log.log(35, "of a level of one's own")
logging.addLevelName(35, "NOTICE")
log.log(35, "with a name")
print(logging.getLevelName(35), logging.getLevelName("ERROR"), logging.getLevelName(12))

own = io.StringIO()
quiet = logging.StreamHandler(own)
quiet.setLevel("ERROR")
middle.addHandler(quiet)
middle.propagate = False
log.warning("for nobody")
log.critical("for one")
middle.removeHandler(quiet)
print(repr(own.getvalue()), log.hasHandlers(), top.hasHandlers())
middle.propagate = True
logging.disable(logging.ERROR)
log.error("off")
log.critical("still on")
logging.disable(logging.NOTSET)
top.disabled = True
top.critical("off too")
log.error("from below")
print(out.getvalue())

again = io.StringIO()
logging.basicConfig(stream=again, level=logging.INFO, format="{levelname} {message}", style="{", force=True)
logging.basicConfig(stream=out, level=logging.DEBUG)
logging.info("root %s", 1)
logging.debug("not told")
logging.log(logging.ERROR, "by number")
try:
    raise KeyError("lost")
except KeyError:
    logging.exception("failed")
text = again.getvalue()
print(
    text[: text.find("Trace")], "Traceback (most recent call last):" in text, "KeyError: " in text, text.endswith("\n")
)

record = io.StringIO()
timed = logging.StreamHandler(record)
timed.setFormatter(logging.Formatter("%(asctime)s %(msecs)03d %(message)s"))
clock = logging.getLogger("clock")
clock.addHandler(timed)
clock.error("now")
date, time, ms, message = record.getvalue().split()
print(len(date), len(time), time[8], len(ms), message, date[:2])
timed.setFormatter(logging.Formatter("%(asctime)s", "%Y.%m.%d"))
clock.error("now")
print(record.getvalue().split("\n")[1].replace(".", "-") == date)

try:
    log.setLevel("LOUD")
except ValueError:
    print("no such level")
logging.getLogger("silent").addHandler(logging.NullHandler())


class Gathering(logging.Handler):
    def emit(self, record):
        gathered.append((record.name, record.levelname, record.getMessage()))


gathered = []
log.addHandler(Gathering())
log.error("to a handler of one's own %s", [1])
print(gathered)
