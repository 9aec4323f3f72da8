"""What a cell shows: the images among its outputs, and its text when that is asked for.

The kernel's display hooks are asked, so that figures come as the PNG that the front end
gets, drawn already. A shell without a kernel has no such hooks, and shows no figures.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from typing import Any, NamedTuple

from nbtrail.capture.guard import guarded

__all__ = ["CellOutput", "Figure", "OutputWatch"]

_IMAGES = ("image/png", "image/svg+xml", "image/jpeg")  # the first that is there counts
_OURS = "application/vnd.nbtrail."  # in a bundle of ours: its picture is no figure of the user
_MOST = 20
_LARGEST = 5 << 20  # characters
_TEXT = 1 << 20


class Figure(NamedTuple):
    """An image that a cell displayed."""

    media_type: str
    data: bytes


class CellOutput(NamedTuple):
    """What was seen of a cell's outputs; `left_out` counts images beyond the limits."""

    figures: tuple[Figure, ...]
    text: str
    left_out: int


class OutputWatch:
    """Looks at the outputs of one cell at a time, in the thread that runs it.

    Parameters
    ----------
    shell : IPython.core.interactiveshell.InteractiveShell
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._images: dict[object, tuple[str, str]] = {}
        self._left_out = 0
        self._texts: list[str] = []
        self._length = 0
        self._hooked: list[Any] = []
        self._streams: list[Any] = []

    @guarded
    def begin(self, *, texts: bool) -> None:
        """Begin to look.

        Parameters
        ----------
        texts : bool
            Keep what is printed, too.
        """
        self.end()
        for owner in (self._shell.display_pub, self._shell.displayhook):
            if hasattr(owner, "register_hook"):
                owner.register_hook(self._seen)
                self._hooked.append(owner)
        if texts:
            import sys

            for stream in (sys.stdout, sys.stderr):
                if hasattr(stream, "register_hook"):  # a kernel's
                    self._listen(stream)

    def end(self) -> CellOutput:
        """Stop to look, and return what was seen since `begin`."""
        for owner in self._hooked:
            owner.unregister_hook(self._seen)
        for stream in self._streams:
            vars(stream).pop("write", None)
        output = CellOutput(tuple(self._figures()), "".join(self._texts), self._left_out)
        self._images, self._texts = {}, []
        self._left_out = self._length = 0
        self._hooked, self._streams = [], []
        return output

    def _seen(self, message: dict[str, Any]) -> dict[str, Any]:
        self._look(message)
        return message

    @guarded
    def _look(self, message: dict[str, Any]) -> None:
        content = message.get("content", {})
        data = content.get("data", {})
        kind = next((kind for kind in _IMAGES if isinstance(data.get(kind), str)), None)
        if kind is None or any(str(name).startswith(_OURS) for name in data):
            return
        # a display that is updated keeps its id: only its last state counts
        key = content.get("transient", {}).get("display_id") or len(self._images)
        if len(data[kind]) > _LARGEST or (key not in self._images and len(self._images) >= _MOST):
            self._left_out += 1
        else:
            self._images[key] = (kind, data[kind])

    def _figures(self) -> Iterator[Figure]:
        for kind, text in self._images.values():
            try:
                data = text.encode() if kind.endswith("xml") else base64.b64decode(text)
            except (ValueError, binascii.Error):
                continue
            yield Figure(kind, data)

    def _listen(self, stream: Any) -> None:
        # the stream's own hooks run in the thread that sends, too late and without the cell
        original = stream.write

        def write(text: str) -> Any:
            if isinstance(text, str) and self._length < _TEXT:
                self._texts.append(text)
                self._length += len(text)
            return original(text)

        stream.write = write
        self._streams.append(stream)
