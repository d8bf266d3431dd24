"""Executes a notebook without a browser and writes the result: ``execute_notebook.py NOTEBOOK RESULT``."""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

CELL_TIMEOUT_S = 300


def main(source: Path, result: Path) -> int:
    """Returns 0, or 1 when a cell fails, whose error is printed."""
    notebook = nbformat.read(source, as_version=4)
    # Without widget state: it would store the whole front end in the file.
    client = NotebookClient(
        notebook, timeout=CELL_TIMEOUT_S, store_widget_state=False, resources={"metadata": {"path": str(source.parent)}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        sys.stderr.write(f"{source}: a cell failed.\n{error}\n")
        return 1
    finally:
        result.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, result)
    sys.stdout.write(f"{result}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
