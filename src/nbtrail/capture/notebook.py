"""Which notebook is this kernel running? Front ends say it in different ways, some not at all.

Nothing is asked over the network, and nothing but files of the working folder is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

__all__ = ["find_notebook", "match_notebook", "notebook_of_cell"]

_LARGEST = 10 << 20  # bytes: a larger file is not looked into
_MOST = 50  # notebooks of one folder
_CELL_SCHEMES = ("vscode-notebook-cell:", "vscode-interactive-input:")


def find_notebook(namespace: Mapping[str, Any]) -> Path | None:
    """Return the path of the notebook, or None when nobody says it.

    In this order: ``NBTRAIL_NOTEBOOK``; VS Code's variable in the user's namespace;
    ``JPY_SESSION_NAME`` of jupyter_server, unless that file was renamed meanwhile. Headless
    runners (nbclient, papermill) say nothing: `match_notebook` finds theirs.
    """
    said = os.environ.get("NBTRAIL_NOTEBOOK")
    if isinstance(said, str) and said.endswith(".ipynb"):
        return Path(said).absolute()
    for candidate in (namespace.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")):
        if isinstance(candidate, str) and candidate.endswith(".ipynb"):
            path = Path(candidate).absolute()
            if _is_file(path):
                return path
    return None


def notebook_of_cell(cell_id: str) -> Path | None:
    """Return the notebook that a cell's id names, as VS Code's cell URIs do."""
    if not cell_id.startswith(_CELL_SCHEMES):
        return None
    from urllib.parse import unquote, urlsplit

    path = unquote(urlsplit(cell_id).path)
    if os.name == "nt":
        path = path.removeprefix("/")
    return Path(path) if path.endswith(".ipynb") and _is_file(Path(path)) else None


def match_notebook(sources: Sequence[str], folder: Path) -> Path | None:
    """Return the notebook whose cells are those that were executed, when it is the only one.

    Candidates are the notebooks that the kernel's parent process was started with
    (``papermill IN OUT``, ``jupyter execute FILE``), then those of the folder.

    Parameters
    ----------
    sources : sequence of str
        Cells as they were executed. A runner may inject some of its own: the notebook must
        hold all but one of them.
    folder : Path
        The kernel's working folder.
    """
    wanted = {text for text in (_plain(s) for s in sources) if text}
    if not wanted:
        return None
    for named, candidates in ((True, _named_by_parent()), (False, list(_of_folder(folder)))):
        best: dict[Path, int] = {}
        for path in candidates:
            missing = len(wanted - _cells(path))
            if missing == 0 or (missing == 1 and len(wanted) > 2):
                best.setdefault(path, missing)
        if best and named:
            return next(iter(best))  # the first is the input, the output has injected cells
        exact = [path for path, missing in best.items() if missing == 0] or list(best)
        if len(exact) == 1:
            return exact[0]
    return None


def _named_by_parent() -> list[Path]:
    """Return the notebooks in the command line of the parent process (Linux only)."""
    parent = Path(f"/proc/{os.getppid()}")
    try:
        words = (parent / "cmdline").read_bytes().split(b"\0")
        folder = (parent / "cwd").readlink()
    except OSError:
        return []
    names = (os.fsdecode(word) for word in words if word.endswith(b".ipynb"))
    return [path for path in (folder / name for name in names) if _is_file(path)]


def _of_folder(folder: Path) -> Iterator[Path]:
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith(".ipynb"))
    except OSError:
        return
    yield from (folder / name for name in names[:_MOST])


def _cells(path: Path) -> set[str]:
    try:
        if not _is_file(path) or path.stat().st_size > _LARGEST:
            return set()
        cells = json.loads(path.read_bytes())["cells"]
        texts = ("".join(cell["source"]) for cell in cells if cell.get("cell_type") == "code")
        return {_plain(text) for text in texts}
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return set()


def _plain(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
