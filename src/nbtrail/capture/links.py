"""Which model made these predictions: by identity, by shared buffer, by content."""

from __future__ import annotations

import weakref
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from nbtrail.capture.training import Training
from nbtrail.entities.dataset import DatasetContext
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest

__all__ = ["Link", "Links"]

_REMEMBERED = 512
_BY_CONTENT_LIMIT = 64 << 20  # bytes: larger predictions are known by identity only


@dataclass(frozen=True, slots=True)
class Link:
    """A prediction's origin and how sure it is (``identity``, ``content``)."""

    training: Training
    context: DatasetContext
    quality: str


class Links:
    """Remembers the latest predictions of every model, without keeping them in memory."""

    def __init__(self) -> None:
        self._by_identity: OrderedDict[int, tuple[weakref.ref[Any], Link]] = OrderedDict()
        self._by_content: OrderedDict[str, Link] = OrderedDict()

    def remember(self, prediction: Any, training: Training, context: DatasetContext) -> None:
        """Note that `training`'s model made `prediction` from data of that context."""
        try:
            reference = weakref.ref(prediction)
        except TypeError:
            pass
        else:
            self._by_identity[id(prediction)] = (reference, Link(training, context, "identity"))
        content = _content(prediction)
        if content:
            self._by_content[content] = Link(training, context, "content")
        for known in (self._by_identity, self._by_content):
            while len(known) > _REMEMBERED:
                known.popitem(last=False)

    def find(self, value: Any) -> Link | None:
        """Return where `value` (predictions, or a view or copy of them) came from."""
        candidate = value
        while candidate is not None:
            reference, link = self._by_identity.get(id(candidate), (None, None))
            if reference is not None and reference() is candidate:
                return link
            candidate = getattr(candidate, "base", None)
        content = _content(value)
        return self._by_content.get(content) if content else None


def _content(value: Any) -> str:
    if getattr(value, "nbytes", 0) > _BY_CONTENT_LIMIT:
        return ""
    try:
        import numpy as np

        return digest(np.asarray(value)).digest.content
    except (FingerprintError, TypeError, ValueError):
        return ""
