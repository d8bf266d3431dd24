"""The cards of a build: while it works, when it is done, when it failed. Each in text and in HTML."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

from unikernel.notebook.page import bundle
from unikernel.units import duration, file_size, memory

if TYPE_CHECKING:
    from unikernel.build.image import Image
    from unikernel.build.step import Step
    from unikernel.errors import BuildError
    from unikernel.stack import Stack

AROUND_LINES: Final = 2
"""How many lines of source stand above and below the one at fault."""
SHORT_HASH: Final = 12

_GERUND: Final = {
    "compile": "compiling",
    "fetch": "fetching",
    "unpack": "unpacking",
    "link": "linking",
    "generate": "generating",
}


def building(name: str, step: Step, seconds: float) -> dict[str, str]:
    """After `seconds`, `step` has just ended: one line, and a bar where the count is known."""
    verb = _GERUND.get(step.verb, step.verb)
    count = f"{step.index} of {step.total}" if step.total else ""
    left, share = "", 0.0
    if step.total:
        share = step.index / step.total
        if 0 < share < 1 and step.index > 2:  # noqa: PLR2004 - two steps say nothing about the rest
            left = f", about {duration(round(seconds * (1 - share) / share) or 1)} left"
    text = f"… building {name}, {verb} {count} {step.thing}, {duration(seconds)}{left}".replace("  ", " ")
    html = (
        '<div class="uk-card"><div class="uk-hd"><span class="uk-st uk-acc">◐ building</span>'
        f'<b>{escape(name)}</b><span class="uk-n">{verb} {count}</span>'
        f'<span class="uk-m uk-q">{escape(step.thing)}</span><span class="uk-sp"></span>'
        f'<span class="uk-q uk-n">{duration(seconds)}{left}</span></div>'
        f'<div class="uk-bar"><i style="width:{share:.0%}"></i></div></div>'
    )
    return bundle(text, html)


def built(image: Image, stack: Stack) -> dict[str, str]:
    """The result: image, least memory, components, app."""
    manifest = image.manifest
    seconds = f"in {duration(image.seconds)}" if image.seconds is not None else ""
    files = len(stack.app.files)
    size = sum(map(len, stack.app.files.values()))
    facts = (
        ("image", file_size(image.bytes), f"sha256 {image.sha256[:SHORT_HASH]}"),
        (
            "least memory",
            memory(image.place.least_memory_bytes),
            f"{memory(manifest.memory_bytes)} unless told otherwise",
        ),
        ("devices", str(len(manifest.devices)), f"{len(manifest.components)} components"),
        ("app", file_size(size), f"of source, {files} file{'s' * (files > 1)}"),
    )
    columns = "".join(
        f'<div><div class="uk-q">{label}</div><div class="big uk-n">{escape(value)}</div><div>{escape(note)}</div></div>'
        for label, value, note in facts
    )
    html = (
        '<div class="uk-card"><div class="uk-hd"><span class="uk-st uk-ok">✓ built</span>'
        f'<b>{escape(image.name)}</b><span class="uk-q uk-n">{seconds}</span>'
        f'<span class="uk-q">{escape(manifest.target)}</span></div>'
        f'<div class="uk-bd"><div class="uk-facts">{columns}</div></div>'
        f'<div class="uk-ft"><span class="uk-m">{escape(str(image.path))}</span>'
        "<span>the same plan gives the same bytes</span></div></div>"
    )
    return bundle(str(image), html)


def not_built(name: str, error: BuildError, stack: Stack, seconds: float) -> dict[str, str]:
    """The failure: place, what is wrong, the lines of source around it."""
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    lines = _source(error, stack)
    text = f"✗ not built {name}, after {duration(seconds)}\n{error}"
    html = (
        '<div class="uk-card"><div class="uk-hd"><span class="uk-st uk-bad">✗ not built</span>'
        f'<b>{escape(name)}</b><span class="uk-q">after {duration(seconds)}</span></div>'
        f'<div class="uk-msg"><p><b class="uk-m uk-s">{escape(place)}</b>{": " if place else ""}'
        f"{escape(str(error.args[0]))}</p></div>{_excerpt(lines, error)}"
        '<div class="uk-ft"><span>Nothing was written.</span></div></div>'
    )
    return bundle(text, html)


def _source(error: BuildError, stack: Stack) -> dict[int, str]:
    """The lines around the fault, by number; of the app's file where it is one, else the excerpt alone."""
    if error.line is None:
        return {}
    content = stack.app.files.get(error.file or "")
    if content is None:
        return {} if error.excerpt is None else {error.line: error.excerpt}
    lines = content.decode("utf-8", "replace").splitlines()
    first = max(1, error.line - AROUND_LINES)
    return dict(enumerate(lines[first - 1 : error.line + AROUND_LINES], first))


def _excerpt(lines: dict[int, str], error: BuildError) -> str:
    if not lines:
        return ""
    wide = len(str(max(lines)))
    parts = []
    for number, line in lines.items():
        if number != error.line:
            parts.append(f'  <span class="uk-q">{number:>{wide}}</span>  {escape(line)}\n')
            continue
        caret = ""
        if error.column is not None:
            lead = "".join("\t" if character == "\t" else " " for character in line[: error.column - 1])
            caret = f'\n  {" " * wide}  {lead}<span class="uk-bad">^</span>'
        parts.append(
            f'<span class="at"><span class="mk uk-bad">▸</span> <b class="uk-bad">{number:>{wide}}</b>  {escape(line)}{caret}</span>'
        )
    return f"<pre>{''.join(parts)}</pre>"
