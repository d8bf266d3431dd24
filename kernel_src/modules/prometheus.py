"""What a machine counts of itself, as a text that Prometheus reads: its text format, version 0.0.4.

``text()`` asks the stack's device Metrics; an app serves it with a web server of its own, as `CONTENT_TYPE`. `own` adds
what the app counts: a dict of names and numbers, a name that ends in ``_total`` being a counter.
"""

import unikernel

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_PREFIX = "unikernel_"


def text(own=None, metrics=None):
    """The text; `metrics` is what a device Metrics reads, by default this machine's, now."""
    if metrics is None:
        metrics = _device().read()
    lines = []
    for name, samples in _families(metrics).items():
        _write(lines, _PREFIX + name, samples)
    for name, value in (own or {}).items():
        _write(lines, name, [((), value)])
    return "\n".join(lines) + "\n"


def _families(metrics):
    """Samples by name: a list of (labels, value)."""
    families = {}
    _add(families, "uptime_seconds", metrics["uptime_s"])
    for name, value in metrics["heap"].items():
        _add(families, "heap_collections_total" if name == "collections" else "heap_" + _bytes(name), value)
    for name, value in metrics.get("network", {}).items():
        _add(families, "network_" + name + "_total", value)
    for device, counts in metrics["devices"].items():
        _add_all(families, "device_%s_total", counts, ("device", device))
    for pool, counts in metrics.get("pools", {}).items():
        _add_all(families, "pool_%s", counts, ("pool", pool))
    for device, queues in metrics.get("queues", {}).items():
        for number, queue in enumerate(queues):
            _add_all(families, "queue_%s", queue, ("device", device), ("queue", str(number)))
    return families


def _device():
    for each in unikernel.devices():
        if each.class_name == "Metrics":
            return unikernel.device(each.name)
    raise OSError(19, "this stack has no device Metrics")


def _bytes(name):
    return "bytes" if name == "bytes" else name + "_bytes"


def _add(families, name, value, labels=()):
    families.setdefault(name, []).append((labels, value))


def _add_all(families, pattern, counts, *labels):
    for name, value in counts.items():
        total = "_total" if name == "failed" else ""
        _add(families, pattern % name + total, value, labels)


def _write(lines, name, samples):
    lines.append("# TYPE " + name + (" counter" if name.endswith("_total") else " gauge"))
    for labels, value in samples:
        said = ",".join('%s="%s"' % (key, _escaped(each)) for key, each in labels)
        lines.append(name + ("{" + said + "} " if said else " ") + str(value))


def _escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
