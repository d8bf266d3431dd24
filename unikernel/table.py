"""How values show themselves, as text and as HTML: a head sentence, facts, rows. The lowest floor."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from html import escape
from typing import Final, Literal

Align = Literal["left", "right"]

GLYPHS: Final = {
    "running": "●",
    "paused": "⏸",
    "done": "✓",
    "ended": "○",
    "failed": "✗",
    "warning": "!",
    "busy": "…",
}
"""A state's glyph, always beside its word: no state is told by colour alone."""

_COLOURS: Final = {
    "running": "var(--uk-ok,#0a6a4b)",
    "done": "var(--uk-ok,#0a6a4b)",
    "failed": "var(--uk-bad,#b3261e)",
    "warning": "var(--uk-warn,#7c5000)",
}


@dataclass(frozen=True)
class Column:
    """A column: its head, and on which side its cells stand (numbers stand right)."""

    head: str
    align: Align = "left"
    mono: bool = False


@dataclass(frozen=True)
class Table:
    """Rows of text under columns."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]

    def text(self) -> str:
        """Lines with columns padded to one width; no trailing blanks."""
        lines = [tuple(column.head for column in self.columns), *self.rows]
        if not any(lines[0]):
            lines = lines[1:]
        widths = [max((len(line[i]) for line in lines), default=0) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if column.align == "right" else cell.ljust(width)
                for cell, width, column in zip(line, widths, self.columns, strict=True)
            ).rstrip()
            for line in lines
        )

    def html(self) -> str:
        """A ``<table>`` whose styles are inline, so that a saved notebook keeps them."""
        cells = [f"<th{_style(column, head=True)}>{escape(column.head)}</th>" for column in self.columns]
        head = f"<thead><tr>{''.join(cells)}</tr></thead>" if any(column.head for column in self.columns) else ""
        body = "".join(
            "<tr>"
            + "".join(
                f"<td{_style(column)}>{escape(cell)}</td>" for cell, column in zip(row, self.columns, strict=True)
            )
            + "</tr>"
            for row in self.rows
        )
        return f'<table style="margin:0;border-collapse:collapse">{head}<tbody>{body}</tbody></table>'


def _style(column: Column, *, head: bool = False) -> str:
    parts = [f"text-align:{column.align}", "padding:2px 16px 2px 0", "vertical-align:top", "background:none"]
    if head:
        parts += ["font-weight:400", "color:var(--uk-ink-2,var(--jp-ui-font-color2,#5a5a61))"]
    elif column.mono:
        parts.append("font-family:var(--jp-code-font-family,Menlo,Consolas,'DejaVu Sans Mono',monospace)")
    if column.align == "right":
        parts.append("font-variant-numeric:tabular-nums")
    return f' style="{";".join(parts)}"'


@dataclass(frozen=True)
class Link:
    """Words that may lead somewhere: to a web page, or, without `url`, nowhere."""

    text: str
    url: str = ""

    def html(self) -> str:
        """An ``<a>`` for what a browser opens as a page; of anything else the words alone."""
        if not self.url.startswith(("http://", "https://")):
            return escape(self.text)
        return f'<a href="{escape(self.url)}" target="_blank" rel="noopener noreferrer">{escape(self.text)}</a>'


@dataclass(frozen=True)
class Card:
    """The page of a value: *state, name*, facts in grey; then what matters; last a foot in grey.

    `state` is a key of `GLYPHS` or empty; `word` is the state in words ("ended, exit 0").
    """

    name: str
    state: str = ""
    word: str = ""
    facts: tuple[str, ...] = ()
    message: str = ""
    tables: tuple[Table, ...] = field(default=())
    foot: str = ""
    links: tuple[Link, ...] = ()
    """Where to reach it: beneath the head."""

    def text(self) -> str:
        """The same head sentence, then the rest as lines."""
        head = " ".join(part for part in (GLYPHS.get(self.state, ""), self.word, self.name) if part)
        links = "  ".join(link.text for link in self.links)
        parts = [
            ", ".join((head, *self.facts)),
            links,
            self.message,
            *(table.text() for table in self.tables),
            self.foot,
        ]
        return "\n".join(part for part in parts if part)

    def html(self) -> str:
        """A ``<div>`` with inline styles over the theme's variables."""
        grey = "color:var(--uk-ink-2,var(--jp-ui-font-color2,#5a5a61))"
        state = ""
        if self.state or self.word:
            colour = _COLOURS.get(self.state, "inherit")
            state = f'<span style="color:{colour}">{GLYPHS.get(self.state, "")} {escape(self.word)}</span> '
        facts = f'<span style="{grey};margin-left:12px">{escape(" · ".join(self.facts))}</span>' if self.facts else ""
        parts = [f'<div>{state}<b style="font-weight:600">{escape(self.name)}</b>{facts}</div>']
        if self.links:
            links = "".join(f'<span style="margin-right:16px">{link.html()}</span>' for link in self.links)
            parts.append(f'<div style="margin-top:6px">{links}</div>')
        if self.message:
            parts.append(f'<div style="margin-top:6px;white-space:pre-wrap">{escape(self.message)}</div>')
        parts += [f'<div style="margin-top:6px">{table.html()}</div>' for table in self.tables]
        if self.foot:
            parts.append(f'<div style="{grey};margin-top:6px;font-size:12px">{escape(self.foot)}</div>')
        border = "border:1px solid var(--uk-line,var(--jp-border-color2,#dcdcdf));border-radius:2px"
        font = "font-family:var(--jp-ui-font-family,system-ui,sans-serif);font-size:13px;line-height:1.45"
        return f'<div class="uk" style="{border};padding:10px;{font}">{"".join(parts)}</div>'


class Shown(ABC):
    """What shows itself by its card: as text to ``print``, as HTML in a notebook."""

    @abstractmethod
    def card(self) -> Card:
        """How it shows itself."""

    def __str__(self) -> str:
        """The card as text."""
        return self.card().text()

    def _repr_html_(self) -> str:
        return self.card().html()
