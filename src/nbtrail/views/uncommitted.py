"""The diff of what was not committed when a run started."""

from __future__ import annotations

from nbtrail.entities.run import Run
from nbtrail.entities.uncommitted import FileChange, UncommittedChanges
from nbtrail.views.document import Block, Diff, Document, Line, Section, Span, Tone, code, strong
from nbtrail.views.formats import count

__all__ = ["uncommitted_detail"]


def uncommitted_detail(run: Run, found: UncommittedChanges) -> Document:
    """Show the files that differed from the run's commit, each with its lines."""
    total = count(len(found.files) + found.files_left_out, "uncommitted change")
    groups: list[tuple[Span, ...]] = [(strong(run.name),), (Span(total),)]
    if found.base:
        groups.append((Span("beside commit "), code(found.base[:10])))
    blocks: list[Block] = [Line(tuple(groups))]
    if found.base_missing:
        blocks.append(
            _warning(f"The repository lacks commit {found.base[:10]}: files are shown whole.")
        )
    blocks += [_file(file) for file in found.files]
    if found.files_left_out:
        blocks.append(_warning(f"{count(found.files_left_out, 'more file')} not shown."))
    blocks += [_warning(f"not kept: {text}") for text in found.not_kept]
    return tuple(blocks)


def _file(file: FileChange) -> Section:
    inside: list[Block] = [Diff(file.diff)] if file.diff else []
    if file.lines_left_out:
        inside.append(_warning(f"{count(file.lines_left_out, 'more line')} not shown."))
    note = file.change + (f": {file.note}" if file.note else "")
    return Section(file.path, tuple(inside), note=note)


def _warning(text: str) -> Line:
    return Line(((Span(text, Tone.WARN),),))
