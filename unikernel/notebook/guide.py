"""The verbs, and what ``%unikernel`` alone shows: one screen."""

from __future__ import annotations

from html import escape

from unikernel.notebook.page import bundle, publish

VERBS = {
    "app": "the cell is the app; it imports what the image has",
    "compose": "pick devices, target and memory, and see the graph",
    "build": "make the image of an app or a stack",
    "boot": "start a machine; its console is in the cell",
    "console": "show a machine's console again, or one that another process keeps",
    "capture": "keep what goes through a machine's nic, and show it decoded",
    "ps": "list the machines that run",
    "stop": "end a machine",
    "describe": "the plan: graph, devices in boot order, components",
    "check": "imports, types, and where MicroPython is not CPython",
    "footprint": "who owns each byte of an image",
    "plot": "draw the boot, the footprint or the memory",
    "devices": "what a stack can be made of",
    "doctor": "what this computer has and lacks, with the cure",
    "fetch": "fill a folder with the sources, to build without network",
    "clean": "say what the cache holds, and free it",
}
"""Each verb, which is a module of `unikernel.notebook.verbs`, in the order in which one meets them."""
USAGE = {
    "app": "%%unikernel app NAME",
    "compose": "%unikernel compose [NAME]",
    "build": "%unikernel build [NAME] [--memory 8M]",
    "boot": "%unikernel boot [NAME] [--repl]",
    "console": "%unikernel console [MACHINE]",
    "capture": "%unikernel capture [MACHINE] [--stop]",
    "stop": "%unikernel stop [MACHINE]",
    "describe": "%unikernel describe [NAME]",
    "check": "%unikernel check [NAME]",
    "footprint": "%unikernel footprint [NAME]",
    "plot": "%unikernel plot boot|footprint [NAME]",
    "devices": "%unikernel devices [CLASS]",
    "fetch": "%unikernel fetch DIR",
}
INTRODUCTION = "A library operating system for Python: an app and the devices it needs become one image that boots in milliseconds."
FOOT = (
    "Without a name a verb takes the newest app, image or machine; a name may also be a variable that holds a stack, or a project's "
    "folder. After a verb the newest stand in stack, image, machine and run. %unikernel VERB --help tells more; Tab completes."
)
START = "%%unikernel app hello\nprint('Hello from a unikernel.')"


def show_guide() -> None:
    """Publishes it."""
    rows = [(USAGE.get(verb, f"%unikernel {verb}"), text) for verb, text in VERBS.items()]
    wide = max(len(usage) for usage, _ in rows)
    lines = [f"  {usage:{wide}}  {text}" for usage, text in rows]
    start = "\n".join(f"  {line}" for line in START.splitlines())
    text = "\n".join(
        [INTRODUCTION, "", *lines, "", "To begin, a cell of its own:", start, "then %unikernel boot", "", FOOT]
    )
    cells = "".join(f'<tr><td class="uk-m">{escape(usage)}</td><td>{escape(text)}</td></tr>' for usage, text in rows)
    html = (
        f'<div class="uk-card"><div class="uk-hd"><b>unikernel</b><span class="uk-q">{escape(INTRODUCTION)}</span></div>'
        f'<div class="uk-bd uk-scroll"><table><tbody>{cells}</tbody></table></div>'
        f'<div class="uk-bd">To begin, a cell of its own, then <span class="uk-m">%unikernel boot</span>:'
        f'<pre>{escape(START)}</pre></div><div class="uk-ft"><span>{escape(FOOT)}</span></div></div>'
    )
    publish(bundle(text, html))
