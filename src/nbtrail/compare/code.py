"""What differs between the cells and the modules of two runs."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.comparison import CodeChange
from nbtrail.entities.provenance import ModuleSource

__all__ = ["compare_cells", "compare_modules"]

_SIMILAR = 0.5


def compare_cells(
    first: Sequence[CellExecution], other: Sequence[CellExecution], run: int
) -> tuple[tuple[CodeChange, ...], int]:
    """Align the cells of two runs by what ran in them.

    Parameters
    ----------
    first, other : sequence of CellExecution
        In the order of execution.
    run : int
        Position of the other run among the compared ones.

    Returns
    -------
    tuple
        The cells that differ, in order, and how many are equal.
    """
    before, after = ([cell.code.strip() for cell in cells] for cells in (first, other))
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    changes: list[CodeChange] = []
    equal = 0
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            equal += i2 - i1
        else:
            changes += _changed(first[i1:i2], other[j1:j2], run)
    return tuple(changes), equal


def compare_modules(
    first: Sequence[tuple[ModuleSource, str]], other: Sequence[tuple[ModuleSource, str]], run: int
) -> tuple[CodeChange, ...]:
    """Return the project's modules that both runs loaded from different sources.

    A module that only one of them loaded is no difference: a session keeps what its earlier
    cells imported.

    Parameters
    ----------
    first, other : sequence of (ModuleSource, str)
        With their sources.
    run : int
        Position of the other run among the compared ones.
    """
    before = {module.path: (module.sha256, text) for module, text in first}
    return tuple(
        CodeChange(run, "changed", module.path, _lines_changed(before[module.path][1], text))
        for module, text in other
        if module.path in before and before[module.path][0] != module.sha256
    )


def _changed(
    olds: Sequence[CellExecution], news: Sequence[CellExecution], run: int
) -> list[CodeChange]:
    pairs = _pairs(olds, news)
    partners = dict(pairs)
    taken = {j for _, j in pairs}
    changes = [
        CodeChange(run, "changed", _labels(old, news[partners[i]]), _diff(old, news[partners[i]]))
        if i in partners
        else CodeChange(run, "removed", _label(old), _diff(old, None))
        for i, old in enumerate(olds)
    ]
    changes += [
        CodeChange(run, "added", _label(new), _diff(None, new))
        for j, new in enumerate(news)
        if j not in taken
    ]
    return changes


def _pairs(olds: Sequence[CellExecution], news: Sequence[CellExecution]) -> list[tuple[int, int]]:
    """Pair cells that are the same one, edited: by the front end's id, else by likeness."""
    scored: list[tuple[float, int, int]] = []
    for i, old in enumerate(olds):
        for j, new in enumerate(news):
            if old.cell_id and old.cell_id == new.cell_id:
                likeness = 2.0
            else:
                likeness = difflib.SequenceMatcher(None, old.code, new.code).quick_ratio()
            if likeness >= _SIMILAR:
                scored.append((-likeness, i, j))
    found: list[tuple[int, int]] = []
    for _, i, j in sorted(scored):
        if all(i != a and j != b for a, b in found):
            found.append((i, j))
    return found


def _diff(old: CellExecution | None, new: CellExecution | None) -> tuple[str, ...]:
    return _lines_changed("" if old is None else old.source, "" if new is None else new.source)


def _lines_changed(old: str, new: str) -> tuple[str, ...]:
    before, after = old.splitlines(), new.splitlines()
    return tuple(difflib.unified_diff(before, after, lineterm="", n=2))[2:]


def _labels(old: CellExecution, new: CellExecution) -> str:
    before, after = _label(old), _label(new)
    return before if before == after else f"{before} → {after}"


def _label(cell: CellExecution) -> str:
    return f"In [{cell.execution_count}]" if cell.execution_count else f"cell {cell.seq}"
