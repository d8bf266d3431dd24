"""The notebooks run from top to bottom without a browser, and stay small."""

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("*.ipynb"))
MOST_CELLS = 14
MOST_BYTES = 700_000
"""Its text is some KB; two pictures in twice the screen's pixels are the rest."""
SAYS = {
    "04-a-web-service": (
        "GET / for 10.0.2.2",
        "Hello from a unikernel.",
        "captured web",
        "TCP SA",
        "64 answers",
        "web-tls",
    ),
}
"""What stands in a notebook's outputs, beside that none of its cells fails."""


def test_there_are_five() -> None:
    assert len(NOTEBOOKS) >= 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_clean_and_short(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert all(not cell.outputs and cell.execution_count is None for cell in code)
    assert len(code) <= MOST_CELLS
    assert all(len(cell.source.splitlines()) <= 12 for cell in code)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # A place of its own for its machines: none may be left there.
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=120, store_widget_state=False, resources={"metadata": {"path": tmp_path}})
    client.execute()
    written = nbformat.writes(notebook)
    assert len(written) < MOST_BYTES
    assert "machine" in written
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    shown = "\n".join(output.get("text") or output.data.get("text/plain", "") for output in outputs)
    assert [words for words in SAYS.get(path.stem, ()) if words not in shown] == []
    assert list((runtime / "unikernel").iterdir()) == []
