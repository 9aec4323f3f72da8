"""What a run changed against the one before it: a short list for its page."""

from __future__ import annotations

from typing import Any

from nbtrail.entities.codec import to_plain
from nbtrail.entities.comparison import Comparison
from nbtrail.views.datadiff import differences

__all__ = ["run_changes"]

_LONGEST = 500
_MOST = 100


def run_changes(comparison: Comparison | None) -> dict[str, Any]:
    """Return what differs in the second run of a comparison, in the order of the page's parts.

    None stands for a first run, which has none before it.
    """
    if comparison is None:
        return {"against": None, "metrics": [], "params": [], "data": [], "code": [], "places": []}
    before, _ = comparison.runs
    return {
        "against": {"run_id": before.run_id, "name": before.name},
        "metrics": [
            _pair(row.key, *map(to_plain, row.values)) | {"direction": to_plain(row.direction)}
            for row in comparison.metrics[:_MOST]
            if row.differs
        ],
        "params": [
            _pair(row.key, *(v and v[:_LONGEST] for v in row.values))
            for row in comparison.params[:_MOST]
            if row.differs
        ],
        "data": [
            {"name": row.name, "context": row.context, "texts": _data(row.digests, row.diffs)}
            for row in comparison.datasets
            if row.differs
        ],
        "code": [
            {"label": change.label, "change": change.change, "diff": list(change.diff)}
            for change in comparison.code[:_MOST]
        ],
        "places": [
            _pair(row.key, *row.values)
            for row in (*comparison.git, *comparison.environment)
            if row.differs
        ],
    }


def _pair(key: str, before: Any, after: Any) -> dict[str, Any]:
    return {"key": key, "before": before, "after": after}


def _data(digests: tuple[str | None, ...], diffs: tuple[Any, ...]) -> list[str]:
    if digests[0] is None:
        return ["not used before"]
    if digests[1] is None:
        return ["no longer used"]
    return [text for diff in diffs if diff is not None for text in differences(diff)]
