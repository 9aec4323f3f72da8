"""An exported pipeline: what was written, and what its verification found."""

from __future__ import annotations

from nbtrail.entities.pipeline import Manifest
from nbtrail.views.document import Document, Line, Span, Tone, code, faint
from nbtrail.views.formats import count
from nbtrail.views.verdict import verdict_detail

__all__ = ["export_detail"]


def export_detail(manifest: Manifest, folder: str) -> Document:
    """Say where the script lies, what it was cut out of, and the verdict."""
    cells = len(manifest.cells)
    head = Line(
        (
            (Span(manifest.run_name, Tone.STRONG), faint(" as "), code(f"{folder}/pipeline.py")),
            (faint(f"from {count(cells, 'executed cell')}, {manifest.left_out} left out"),),
            (faint(count(len(manifest.params), "parameter")),),
        )
    )
    if manifest.verdict is None:
        return (head, Line(((Span("exported, but not verified", Tone.WARN),),)))
    return (head, *verdict_detail(manifest.verdict))
