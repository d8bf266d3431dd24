"""How magics publish: a text and a page of HTML together, in the look's colours; and outputs that are replaced in
place.
"""

from __future__ import annotations

import re
from functools import cache
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from unikernel.table import Card

_CLASS: Final = re.compile(r"\.([\w-]+)")
_NAME: Final = re.compile(r"--uk-[a-z0-9-]+")
_SCHEMES: Final = (
    ".uk{color-scheme:light dark}"
    '[data-jp-theme-light="true"] .uk,.vscode-light .uk,.uk-light{color-scheme:light}'
    '[data-jp-theme-light="false"] .uk,.vscode-dark .uk,html[theme="dark"] .uk,.uk-dark{color-scheme:dark}'
    "@media print{.uk{color-scheme:light!important}}"
)
"""Which of a token's two values holds, as in tokens.css."""


def style(html: str) -> str:
    """The rules and tokens that `html` uses: any output may be shown alone, and stays small."""
    classes = set(re.findall(r"[\w-]+", " ".join(re.findall(r'class="([^"]*)"', html)))) | {"uk"}
    rules = "".join(
        rule for rule in _rules() if _CLASS.findall(rule.split("{")[0]) and _applies(rule.split("{")[0], classes, html)
    )
    return f"<style>{tokens(rules + html)}{rules}</style>"


def tokens(text: str | None = None) -> str:
    """The look's values, those that `text` names (all of them for None), for the light and the dark scheme."""
    known = _tokens()
    wanted = set(known) if text is None else set(_NAME.findall(text))
    found: dict[str, str] = {}
    while wanted:
        name = wanted.pop()
        if name in known and name not in found:
            found[name] = known[name]
            wanted |= set(_NAME.findall(known[name]))
    return f"{_SCHEMES}.uk{{{''.join(f'{name}:{found[name]};' for name in sorted(found))}}}"


def _applies(selectors: str, classes: set[str], html: str) -> bool:
    """Whether one of the selectors may match: its classes and elements are there."""
    for selector in selectors.replace("@container", "").split(","):
        names = set(_CLASS.findall(selector))
        elements = set(re.findall(r"(?:^|\s)([a-z]+)", re.sub(r"\([^)]*\)", "", selector)))
        if names <= classes and all(f"<{element}" in html for element in elements):
            return True
    return False


@cache
def _tokens() -> dict[str, str]:
    """The look's values by name."""
    text = Path(__file__).with_name("tokens.css").read_text(encoding="utf-8")
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    found: dict[str, str] = {}
    for name, value in re.findall(r"(--uk-[a-z0-9-]+):\s*([^;]+);", plain):
        found.setdefault(name, " ".join(value.split()))
    return found


@cache
def _rules() -> tuple[str, ...]:
    """The rules of cards, one by one, without comments and line ends."""
    text = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    plain = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    lines = (" ".join(line.split()) for line in plain.splitlines())
    return tuple(re.sub(r"\s*([{};,])\s*", r"\1", line) for line in lines if line)


def bundle(text: str, html: str) -> dict[str, str]:
    """The two forms of one output."""
    return {"text/plain": text, "text/html": f'{style(html)}<div class="uk">{html}</div>'}


def show(value: Any) -> None:
    """Publishes a value by its own text and page."""
    publish(bundle(str(value), value._repr_html_()))


def show_card(card: Card) -> None:
    """Publishes a card."""
    publish(bundle(card.text(), card.html()))


def show_line(text: str, html: str = "") -> None:
    """Publishes one sentence."""
    publish(bundle(text, f'<div class="uk-line">{html or escape(text)}</div>'))


def publish(data: dict[str, str]) -> None:
    """Publishes one output in the running cell."""
    from IPython.display import publish_display_data  # noqa: PLC0415

    publish_display_data(data)


class Shows(Protocol):
    """One place where a bundle replaces the last one."""

    def put(self, data: dict[str, str]) -> None:
        """Shows `data`."""


class Place:
    """One output that is replaced in place; it appears at its first `put`."""

    def __init__(self) -> None:
        """Nothing is shown yet."""
        self._handle: Any = None

    def put(self, data: dict[str, str]) -> None:
        """Shows or replaces."""
        from IPython.display import display  # noqa: PLC0415

        if self._handle is None:
            self._handle = display(data, raw=True, display_id=True)
        else:
            self._handle.update(data, raw=True)
