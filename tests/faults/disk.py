"""A disk that loses its power: which bytes are there afterwards, by what was synced.

Two models. ``ordered``: bytes and names reach the disk in the order in which they were written,
and syncing anything takes all names along, as journaling file systems do. ``any``: whatever was
not synced may be there or not, each write for itself, in parts of 512 bytes; a new name is safe
only when its folder was synced.
"""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

__all__ = ["MODELS", "Disk", "Event", "read_record"]

MODELS = ("ordered", "any")
SECTOR = 512
_HEAD = struct.Struct("=c7xQQII")


@dataclass(frozen=True)
class Event:
    """One line of the record that trouble.c writes: see there."""

    kind: str
    inode: int
    number: int
    first: bytes
    second: bytes


def read_record(path: Path) -> Iterator[Event]:
    """Yield the events of a record."""
    data, position = path.read_bytes(), 0
    while position < len(data):
        kind, inode, number, length, second = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        middle, end = position + length, position + length + second
        yield Event(kind.decode(), inode, number, data[position:middle], data[middle:end])
        position = end


@dataclass(eq=False)
class _File:
    """A file or a folder; `waiting` are its writes that were not synced yet, with their place in time."""

    is_folder: bool = False
    safe: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, int, bytes | None]] = field(default_factory=list)


@dataclass(frozen=True)
class _Naming:
    """A change of names: these paths go, these come."""

    gone: str
    come: str
    file: _File | None


class Disk:
    """What was written up to some moment."""

    def __init__(self, root: str) -> None:
        self._root = root
        self._time = 0
        self._open: dict[int, _File] = {}
        self._names: dict[str, _File] = {root: _File(is_folder=True)}
        self._safe_names = dict(self._names)
        self._waiting_names: list[tuple[int, _Naming]] = []

    def apply(self, event: Event, model: str) -> None:
        """Do what was done."""
        self._time += 1
        path, other = event.first.decode(errors="replace"), event.second.decode(errors="replace")
        if event.kind == "O":
            self._opened(path, event.inode, truncated=bool(event.number), is_folder=other == "d")
        elif event.kind == "W":
            self._open[event.inode].waiting.append((self._time, event.number, event.first))
        elif event.kind == "T":
            self._open[event.inode].waiting.append((self._time, event.number, None))
        elif event.kind == "S":
            self._sync(self._open[event.inode], model)
        elif event.kind == "M":
            self._rename(_Naming("", path, _File(is_folder=True)))
        elif event.kind == "R":
            self._rename(_Naming(path, other, self._names[path]))
        elif event.kind == "U" and path in self._names:
            self._rename(_Naming(path, "", None))

    def after_power_cut(self, model: str, draw: random.Random) -> dict[str, bytes | None]:
        """Return what is there: bytes by path, None for a folder."""
        last = draw.randrange(self._time + 1)
        names = self._names_left(model, last, draw)
        there: dict[str, bytes | None] = {}
        for path, file in names.items():
            if path == self._root or not _is_reachable(path, names, self._root):
                continue
            there[path] = None if file.is_folder else _bytes_left(file, model, last, draw)
        return there

    def _opened(self, path: str, inode: int, *, truncated: bool, is_folder: bool) -> None:
        if path not in self._names:
            self._rename(_Naming("", path, _File(is_folder=is_folder)))
        file = self._open[inode] = self._names[path]
        if truncated:
            file.waiting.append((self._time, 0, None))

    def _rename(self, naming: _Naming) -> None:
        _change(self._names, naming)
        self._waiting_names.append((self._time, naming))

    def _sync(self, file: _File, model: str) -> None:
        for _, number, data in file.waiting:
            _write(file.safe, number, data, range(0, len(data or b""), SECTOR))
        file.waiting.clear()
        if model == "any" and not file.is_folder:
            return
        left = []
        for moment, naming in self._waiting_names:
            parents = {str(PurePosixPath(p).parent) for p in (naming.gone, naming.come) if p}
            if model == "ordered" or any(self._names.get(p) is file for p in parents):
                _change(self._safe_names, naming)
            else:
                left.append((moment, naming))
        self._waiting_names = left

    def _names_left(self, model: str, last: int, draw: random.Random) -> dict[str, _File]:
        names = dict(self._safe_names)
        lost: set[str] = set()
        for moment, naming in self._waiting_names:
            paths = {naming.gone, naming.come} - {""}
            # a change that builds upon a lost one is lost too
            fine = moment <= last if model == "ordered" else draw.random() < 0.5
            if fine and not paths & lost and (not naming.gone or naming.gone in names):
                _change(names, naming)
            else:
                lost |= paths
        return names


def _change(names: dict[str, _File], naming: _Naming) -> None:
    if naming.gone:
        names.pop(naming.gone, None)
    if naming.come and naming.file is not None:
        names[naming.come] = naming.file


def _is_reachable(path: str, names: dict[str, _File], root: str) -> bool:
    parents = [str(parent) for parent in PurePosixPath(path).parents]
    return all(parent in names for parent in parents[: parents.index(root) + 1])


def _bytes_left(file: _File, model: str, last: int, draw: random.Random) -> bytes:
    data = bytearray(file.safe)
    for moment, number, written in file.waiting:
        sectors = list(range(0, len(written or b""), SECTOR))
        if model == "ordered":
            if moment > last:
                break
            if moment == last:  # the one that was being written
                sectors = sectors[: draw.randrange(len(sectors) + 1)]
        else:
            fate = draw.choice(("there", "lost", "torn"))
            if fate == "lost":
                continue
            if fate == "torn":
                sectors = [sector for sector in sectors if draw.random() < 0.5]
        _write(data, number, written, sectors)
    return bytes(data)


def _write(data: bytearray, number: int, written: bytes | None, sectors: list[int] | range) -> None:
    if written is None:
        del data[number:]
        data.extend(bytes(number - len(data)))
        return
    for start in sectors:
        part = written[start : start + SECTOR]
        end = number + start + len(part)
        if len(data) < end:
            data.extend(bytes(end - len(data)))
        data[number + start : end] = part
