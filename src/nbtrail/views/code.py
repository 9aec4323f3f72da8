"""The code of one run: its cells, its modules, and what the working tree held beside the commit."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.provenance import ModuleSource
from nbtrail.entities.run import Run
from nbtrail.views.document import (
    Block,
    Diff,
    Document,
    Head,
    Line,
    Row,
    Section,
    Span,
    Table,
    Tone,
    code,
    faint,
    strong,
)
from nbtrail.views.formats import commit_text, count

__all__ = ["code_detail"]


def code_detail(
    run: Run, cells: Sequence[CellExecution], modules: Sequence[ModuleSource]
) -> Document:
    """Show what a run executed.

    Parameters
    ----------
    cells : sequence of CellExecution
        The run's own, in the order of execution.
    modules : sequence of ModuleSource
        The project's modules as they were when it ended.
    """
    blocks: list[Block] = [Line(((strong(run.name),), (code(run.run_id[:12]),)))]
    for cell in cells:
        title = f"In [{cell.execution_count}]" if cell.execution_count else f"cell {cell.seq}"
        lines = tuple(f" {line}" for line in cell.source.splitlines())
        blocks.append(Section(title, (Diff(lines),), note=cell.error))
    if modules:
        rows = tuple(
            Row(((Span(m.path),), (faint(m.name),), (code(m.sha256[:8]),))) for m in modules
        )
        table = Table((Head("file"), Head("module"), Head("sha-256")), rows)
        blocks.append(Section("Modules of the project", (table,)))
    if run.code is not None:
        blocks.append(_git(run))
    return tuple(blocks)


def _git(run: Run) -> Section:
    assert run.code is not None
    version = run.code
    inside: list[Block] = [Line((commit_text(version.commit, dirty=version.dirty),))]
    if version.snapshot:
        text = f"{count(len(version.changed), 'change')} in snapshot {version.snapshot[:12]}"
        inside.append(Line(((Span(text),),)))
    inside += [Line(((Span("not kept: ", Tone.WARN), faint(text)),)) for text in version.left_out]
    how = f"nbtrail show {run.run_id[:8]} --code -o DIR"
    inside.append(Line(((Span("All of it as files: "), code(how)),)))
    return Section("Git", tuple(inside))
