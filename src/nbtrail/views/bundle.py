"""MIME bundles: what a notebook stores of an output, readable with no kernel.

The own MIME types let the panel's extension draw the same thing interactively; wherever it is
missing the HTML is shown, or the picture, or the text.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from typing import Any

from nbtrail.views.document import Block, Document, Fold, Picture, Section
from nbtrail.views.markup import to_html
from nbtrail.views.plain import to_text

__all__ = ["COMPARE", "RUN", "RUNS", "WHY", "Own", "mime_bundle"]

COMPARE = "application/vnd.nbtrail.compare.v1+json"
RUN = "application/vnd.nbtrail.run.v1+json"
RUNS = "application/vnd.nbtrail.runs.v1+json"
WHY = "application/vnd.nbtrail.why.v1+json"

_LARGEST = 200_000  # characters of JSON that a notebook is burdened with

Own = tuple[str, Sequence[Callable[[], Any]]]


def mime_bundle(document: Document, own: Own | None = None) -> dict[str, Any]:
    """Return a document as ``display(..., raw=True)`` takes it.

    Parameters
    ----------
    document : Document
        As HTML and as text; its first picture stands beside them as PNG.
    own : tuple, optional
        Our MIME type, and functions that return a document of the contract for it, the fullest
        first: the first that is not too large for a notebook is taken.

    Examples
    --------
    >>> from nbtrail.views.episodes import episodes_table
    >>> sorted(mime_bundle(episodes_table([])))
    ['text/html', 'text/plain']
    """
    bundle: dict[str, Any] = {"text/html": to_html(document), "text/plain": to_text(document)}
    picture = _first_picture(document)
    if picture is not None:
        bundle["image/png"] = base64.b64encode(picture.data).decode()
    if own is not None:
        kind, makers = own
        for make in makers:
            made = make()
            if len(json.dumps(made, ensure_ascii=False)) <= _LARGEST:
                bundle[kind] = made
                break
    return bundle


def _first_picture(blocks: Sequence[Block]) -> Picture | None:
    for block in blocks:
        if isinstance(block, Picture) and block.media_type == "image/png":
            return block
        if isinstance(block, (Section, Fold)):
            found = _first_picture(block.blocks)
            if found is not None:
                return found
    return None
