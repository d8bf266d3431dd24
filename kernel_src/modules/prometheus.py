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
    families = {}
    _add(families, "uptime_seconds", metrics["uptime_s"])
    for name, value in metrics["heap"].items():
        _add(families, "heap_collections_total" if name == "collections" else "heap_" + _bytes(name), value)
    for device, counts in metrics["devices"].items():
        for name, value in counts.items():
            _add(families, "device_" + name + "_total", value, (("device", device),))
    for device, queues in metrics.get("queues", {}).items():
        for number, queue in enumerate(queues):
            for name, value in queue.items():
                _add(families, "queue_" + name, value, (("device", device), ("queue", str(number))))
    for name, value in metrics.get("network", {}).items():
        _add(families, "network_" + name + "_total", value)
    for pool, counts in metrics.get("pools", {}).items():
        for name, value in counts.items():
            _add(families, "pool_" + name + ("_total" if name == "failed" else ""), value, (("pool", pool),))
    lines = []
    for name, samples in families.items():
        _write(lines, _PREFIX + name, samples)
    for name, value in (own or {}).items():
        _write(lines, name, [((), value)])
    return "\n".join(lines) + "\n"


def _device():
    for each in unikernel.devices():
        if each.class_name == "Metrics":
            return unikernel.device(each.name)
    raise OSError(19, "this stack has no device Metrics")


def _bytes(name):
    return "bytes" if name == "bytes" else name + "_bytes"


def _add(families, name, value, labels=()):
    families.setdefault(name, []).append((labels, value))


def _write(lines, name, samples):
    lines.append("# TYPE " + name + (" counter" if name.endswith("_total") else " gauge"))
    for labels, value in samples:
        said = ",".join('%s="%s"' % (key, _escaped(each)) for key, each in labels)
        lines.append(name + ("{" + said + "} " if said else " ") + str(value))


def _escaped(value):
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
