"""Which model made these predictions: by identity, buffer, content, and by what follows from them."""

from __future__ import annotations

import contextlib
import weakref
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from nbtrail.capture.derived import flat_values, is_constant, is_derived
from nbtrail.capture.roles import Role
from nbtrail.capture.training import Training
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest

__all__ = ["Link", "Links"]

_REMEMBERED = 512
_COMPARED = 64  # predictions that values are compared with
_BY_CONTENT_LIMIT = 64 << 20  # bytes: larger predictions are known by identity only
_HELD_EACH, _HELD = 8 << 20, 64 << 20  # bytes of predictions held until the cell ends


@dataclass(frozen=True, slots=True)
class Link:
    """A prediction's origin and how sure it is.

    Attributes
    ----------
    quality : str
        ``identity`` (the object itself or a view of it), ``content`` (equal values),
        ``inferred`` (computed from it) or ``guess``.
    """

    training: Training
    role: Role
    quality: str


@dataclass(slots=True)
class _Prediction:
    link: Link
    rows: int
    reference: Callable[[], Any]
    held: Any = None

    def value(self) -> Any:
        return self.held if self.held is not None else self.reference()


class Links:
    """Remembers the latest predictions of every model; in memory only until the cell ends."""

    def __init__(self) -> None:
        self._by_identity: OrderedDict[int, tuple[weakref.ref[Any], Link]] = OrderedDict()
        self._by_content: OrderedDict[str, tuple[Link, ...]] = OrderedDict()
        self._latest: deque[_Prediction] = deque(maxlen=_COMPARED)

    def remember(self, prediction: Any, training: Training, role: Role) -> None:
        """Note that `training`'s model made `prediction` from data of that role."""
        link = Link(training, role, "identity")
        self.same(prediction, link)
        size = getattr(prediction, "nbytes", 0)
        try:
            reference: Callable[[], Any] = weakref.ref(prediction)
        except TypeError:
            reference = _gone
        if hasattr(prediction, "__len__"):
            held = sum(getattr(p.held, "nbytes", 0) for p in self._latest)
            keep = isinstance(size, int) and size <= _HELD_EACH and held + size <= _HELD
            kept = prediction if keep else None
            self._latest.append(_Prediction(link, len(prediction), reference, kept))

    def same(self, value: Any, link: Link) -> None:
        """Note that `value` has the origin of `link`."""
        with contextlib.suppress(TypeError):  # lists can't be referred to weakly
            self._by_identity[id(value)] = (weakref.ref(value), link)
        content = _content(value)
        if content:
            known = self._by_content.pop(content, ())
            others = tuple(k for k in known if k.training is not link.training)
            self._by_content[content] = (*others, replace(link, quality="content"))[-8:]
        while len(self._by_identity) > _REMEMBERED:
            self._by_identity.popitem(last=False)
        while len(self._by_content) > _REMEMBERED:
            self._by_content.popitem(last=False)

    def let_go(self) -> None:
        """Stop to hold predictions in memory."""
        for prediction in self._latest:
            prediction.held = None

    def find(self, value: Any) -> Link | None:
        """Return where `value` came from: predictions, or a view, a copy or a function of them.

        None when nothing fits, or the predictions of several models do.
        """
        found = self.of_object(value)
        if found is not None:
            return found
        flat = flat_values(value)
        if flat is None or is_constant(flat):
            return None
        content = _content(value)
        equal = self._by_content.get(content, ()) if content else ()
        if equal:
            return equal[0] if len(equal) == 1 else None
        return self._derived(flat)

    def of_object(self, value: Any) -> Link | None:
        """Return the origin of `value` by what it is, not by what it holds."""
        for candidate in _buffers(value):
            reference, link = self._by_identity.get(id(candidate), (None, None))
            if reference is not None and reference() is candidate:
                return link
        return None

    def latest_of(self, training: Training) -> Link | None:
        """Return the link of the latest prediction of a model."""
        found = (p.link for p in reversed(self._latest) if p.link.training is training)
        return next(found, None)

    def of_length(self, rows: int) -> tuple[Link, ...]:
        """Return the latest link of each model that predicted so many rows."""
        found = {id(p.link.training): p.link for p in self._latest if p.rows == rows}
        return tuple(replace(link, quality="guess") for link in found.values())

    def _derived(self, flat: Any) -> Link | None:
        found: dict[int, list[Link]] = {}
        for prediction in self._latest:
            if prediction.rows != len(flat):
                continue
            values = flat_values(prediction.value())
            if values is not None and is_derived(flat, values):
                found.setdefault(id(prediction.link.training), []).append(prediction.link)
        if len(found) != 1:
            return None
        (links,) = found.values()
        roles = {link.role for link in links}
        role = links[-1].role if len(roles) == 1 else Role(None)
        return Link(links[-1].training, role, "inferred")


def _buffers(value: Any) -> Iterable[Any]:
    """Yield a value and what it is a view of: bases of arrays, the array in a Series or frame."""
    for _ in range(8):
        if value is None:
            return
        yield value
        library = type(value).__module__.partition(".")[0]
        if library == "pandas":
            value = _only_array(value)
        elif library == "numpy":
            value = getattr(value, "base", None)
        else:
            return


def _only_array(value: Any) -> Any:
    if getattr(value, "ndim", 0) == 2 and value.shape[1] != 1:
        return None
    dtype = getattr(value, "dtype", None)
    return value.to_numpy() if dtype is None or dtype.kind in "biuf" else None


def _gone() -> None:
    return None


def _content(value: Any) -> str:
    if getattr(value, "nbytes", 0) > _BY_CONTENT_LIMIT:
        return ""
    try:
        import numpy as np

        return digest(np.asarray(value)).digest.content
    except (FingerprintError, TypeError, ValueError):
        return ""
