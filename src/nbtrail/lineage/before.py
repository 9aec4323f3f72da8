"""Cells that ran before anybody watched, or that did not end: facts from their text alone."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterator
from pathlib import Path

from nbtrail.entities.cell import CellExecution, CellStatus, Mutation, StatementFacts
from nbtrail.lineage.names import StatementNames, names_of, root_name

__all__ = ["earlier_cell"]


def earlier_cell(
    session_id: str, seq: int, count: int, source: str, code: str, *, project: Path, now_ms: int
) -> CellExecution:
    """Describe a cell whose execution was not recorded.

    What only that could show (changes through other names, random state) is not there; the
    verification of an export decides whether it mattered.

    Parameters
    ----------
    count : int
        The number in ``In [n]``.
    source, code : str
        As written, and as IPython ran it with magics translated.
    project : Path
        Files below it are named relative to it.
    """
    return CellExecution(
        session_id=session_id,
        seq=seq,
        cell_id="",
        execution_count=count,
        source=source,
        code=code,
        started_ms=now_ms,
        ended_ms=now_ms,
        status=CellStatus.OK,
        statements=tuple(_facts(code, project)),
    )


def _facts(code: str, project: Path) -> Iterator[StatementFacts]:
    try:
        body = ast.parse(code).body
    except (SyntaxError, ValueError):
        return
    for index, node in enumerate(body):
        names = names_of((node,))
        yield StatementFacts(
            index=index,
            first_line=node.lineno,
            last_line=node.end_lineno or node.lineno,
            reads=tuple(sorted(names.loads)),
            binds=tuple(sorted(names.stores)),
            deletes=tuple(sorted(names.deletes)),
            mutations=tuple(Mutation(n, certain=False) for n in sorted(_changed(node, names))),
            channels_read=tuple(_files(names, project)),
        )


def _changed(node: ast.stmt, names: StatementNames) -> set[str]:
    """Return names whose object may have changed: by syntax, or by a method called for itself."""
    changed = set(names.touched)
    if isinstance(node, ast.Expr):
        for call in names.calls:
            owner = root_name(call.func.value) if isinstance(call.func, ast.Attribute) else None
            if owner is not None:
                changed.add(owner)
    return changed


def _files(names: StatementNames, project: Path) -> Iterator[str]:
    """Yield channels of the existing files that the statement's texts name."""
    for text in names.texts:
        try:
            if text and "\n" not in text and Path(text).is_file():
                inside = os.path.relpath(Path(text).resolve(), project.resolve())
                yield f"file:{Path(inside).as_posix()}"
        except (OSError, ValueError):
            continue
