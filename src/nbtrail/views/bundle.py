"""MIME bundles: what a notebook stores of an output, readable with no kernel."""

from __future__ import annotations

from nbtrail.views.document import Document
from nbtrail.views.markup import to_html
from nbtrail.views.plain import to_text

__all__ = ["mime_bundle"]


def mime_bundle(document: Document) -> dict[str, str]:
    """Return a document as HTML and as text, as ``display(..., raw=True)`` takes it.

    Examples
    --------
    >>> from nbtrail.views.episodes import episodes_table
    >>> sorted(mime_bundle(episodes_table([])))
    ['text/html', 'text/plain']
    """
    return {"text/html": to_html(document), "text/plain": to_text(document)}
