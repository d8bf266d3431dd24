"""A console's bytes as text that keeps its colours and nothing else of a terminal: what stays in the saved notebook."""

from __future__ import annotations

import re
from typing import Final

SEQUENCE: Final = re.compile(
    r"\x1b\[(?P<parameters>[0-?]*)[ -/]*(?P<final>[@-~])"  # CSI: colours, cursor, erasing (ECMA-48, 5.4)
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|\Z)"  # OSC, DCS, SOS, PM, APC with their text: titles, links, the clipboard
    r"|\x1b[ -/]*[0-~]"
    r"|\x1b\Z"
    r"|(?P<control>[\x00-\x1f\x7f-\x9f])",
    re.DOTALL,
)
TAB_COLUMNS: Final = 8
MOST_COLUMNS: Final = 4096
"""A line is no longer than this, however far a guest moves the cursor."""
NUMBER_DIGITS: Final = 4

Cell = tuple[str, str]
"""A character and the colours in force, as the parameters of SGR; empty for none."""


class _Line:
    """The line that the cursor is in."""

    def __init__(self) -> None:
        self.cells: list[Cell] = []
        self.column = 0
        self.colours = ""

    def write(self, text: str) -> None:
        end = min(self.column + len(text), MOST_COLUMNS)
        text = text[: end - self.column]
        self.cells += [(" ", "")] * (self.column - len(self.cells))
        self.cells[self.column : end] = [(character, self.colours) for character in text]
        self.column = end

    def control(self, character: str) -> None:
        if character == "\r":
            self.column = 0
        elif character == "\b":
            self.column = max(0, self.column - 1)
        elif character == "\t":
            self.write(" " * (TAB_COLUMNS - self.column % TAB_COLUMNS))

    def sequence(self, parameters: str, final: str) -> None:
        first = parameters.split(";", maxsplit=1)[0]
        number = int(first) if first.isdecimal() and len(first) <= NUMBER_DIGITS else 0
        if final == "m":
            self._colour(parameters)
        elif final == "C":
            self.column = min(self.column + max(1, number), MOST_COLUMNS)
        elif final == "D":
            self.column = max(0, self.column - max(1, number))
        elif final == "G":
            self.column = min(max(0, number - 1), MOST_COLUMNS)
        elif final == "K":
            if number in (1, 2):
                blanks = min(self.column + 1, len(self.cells)) if number == 1 else len(self.cells)
                self.cells[:blanks] = [(" ", "")] * blanks
            if number in (0, 2):
                del self.cells[self.column :]
        elif final == "P":
            del self.cells[self.column : self.column + max(1, number)]
        elif final == "@":
            self.cells[self.column : self.column] = [(" ", "")] * min(max(1, number), MOST_COLUMNS)

    def _colour(self, parameters: str) -> None:
        if parameters.strip("0123456789;"):
            return
        numbers = parameters.split(";")
        resets = [index for index, number in enumerate(numbers) if not number.strip("0")]
        # A zero inside an extended colour (38;5;0) is none; those are rare enough to treat the last real one only.
        if resets and "38" not in numbers and "48" not in numbers:
            self.colours = ";".join(numbers[resets[-1] + 1 :])
        elif not parameters:
            self.colours = ""
        else:
            self.colours = f"{self.colours};{parameters}".strip(";")[-64:].strip(";")

    def text(self) -> str:
        parts: list[str] = []
        before = ""
        while self.cells and not self.cells[-1][0].strip():
            self.cells.pop()
        for character, colours in self.cells:
            if colours != before:
                parts.append(("\x1b[0m" if before else "") + (f"\x1b[{colours}m" if colours else ""))
                before = colours
            parts.append(character)
        return "".join(parts) + ("\x1b[0m" if before else "")


def colour_text(data: bytes) -> str:
    r"""What a terminal would show of `data`, lines ended by ``\n``, with colours as SGR sequences.

    Within a line the cursor moves and erases, so that an edited line reads as it was entered. Moves between lines are
    not followed, as the text is a record of what was said. All else that a terminal obeys is left out.
    """
    text = data.decode("utf-8", "replace")
    lines: list[str] = []
    line = _Line()
    position = 0
    for match in SEQUENCE.finditer(text):
        line.write(text[position : match.start()])
        position = match.end()
        control, final = match["control"], match["final"]
        if control == "\n":
            lines.append(line.text())
            # A bare line feed begins a line as well: Python's own prints rely on that.
            line.cells, line.column = [], 0
        elif control:
            line.control(control)
        elif final:
            line.sequence(match["parameters"], final)
    line.write(text[position:])
    return "\n".join((*lines, line.text()))
