"""A finished picture: a matplotlib figure with its finding, its alt text and its table, saved with text as text."""

from __future__ import annotations

import base64
import io
import re
import threading
from html import escape
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import matplotlib as mpl
from matplotlib.figure import Figure

from unikernel.plots import style

if TYPE_CHECKING:
    import os

    from unikernel.table import Table

_saving: Final = threading.Lock()
"""Two settings have no home but matplotlib's global ones, and are changed while a picture is saved."""


class Picture(Figure):
    """`title` is the finding, `alt` the finding with its numbers in words, `table` the same data as rows.

    It is made without pyplot, so that any thread may draw one.
    """

    def __init__(self, paper: str) -> None:
        """Empty; `Canvas.finish` fills in the rest."""
        super().__init__(dpi=style.values()["rc"]["figure.dpi"], facecolor=paper)
        self.title = ""
        self.alt = ""
        self.table: Table | None = None

    @property
    def size_px(self) -> tuple[int, int]:
        """Width and height in CSS pixels."""
        width, height = self.get_size_inches()
        return round(width * self.dpi), round(height * self.dpi)

    def savefig(self, fname: str | os.PathLike[str] | IO[Any], **options: Any) -> None:
        """As matplotlib's, the format by the name's ending; PNG in twice the pixels of the screen, SVG with text as
        text.
        """
        kind = str(options.pop("format", None) or Path(str(fname)).suffix.removeprefix(".") or "png").lower()
        data = self.rendered(kind, **options)
        if isinstance(fname, io.IOBase) or hasattr(fname, "write"):
            fname.write(data)
        else:
            Path(fname).write_bytes(data)

    def rendered(self, kind: str, **options: Any) -> bytes:
        """The picture as a file of that format (``png``, ``svg``, ``pdf``); the same picture gives the same bytes."""
        metadata: dict[str, str | None] = {"Title": self.title}
        if kind == "png":
            metadata |= {"Description": self.alt, "Software": None}
        elif kind in ("svg", "pdf"):
            metadata |= {"Date" if kind == "svg" else "CreationDate": None}
        options = {"dpi": style.values()["rc"]["savefig.dpi"], "metadata": metadata, "facecolor": "auto", **options}
        target = io.BytesIO()
        with _saving, mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "unikernel", "pdf.fonttype": 42}):
            super().savefig(target, format=kind, **options)
        data = target.getvalue()
        return _finished_svg(data.decode(), self.alt).encode() if kind == "svg" else data

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> tuple[dict[str, str], dict[str, Any]]:
        """A PNG, as every viewer of a notebook shows one, and the alt text for those who read."""
        del include, exclude
        width, height = self.size_px
        bundle = {"image/png": base64.b64encode(self.rendered("png")).decode(), "text/plain": str(self)}
        return bundle, {"image/png": {"width": width, "height": height, "alt": self.alt}}

    def __str__(self) -> str:
        """The finding with its numbers."""
        return self.alt

    def __repr__(self) -> str:
        """What it is, and its finding."""
        return f"<Picture {self.title!r}>"


def _finished_svg(text: str, alt: str) -> str:
    """Names every font of the look, installed here or not, and gives the picture its spoken name."""
    sans = ", ".join(f"'{name}'" for name in style.families()) + ", sans-serif"
    mono = ", ".join(f"'{name}'" for name in style.families(mono=True)) + ", monospace"

    def fonts(match: re.Match[str]) -> str:
        return f"font-family: {mono if 'Mono' in match[1] else sans}"

    text = re.sub(r"font-family: ([^;\"]+)", fonts, text)
    return text.replace("<svg ", f'<svg role="img" aria-label="{escape(alt)}" ', 1)
