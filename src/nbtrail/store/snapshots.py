"""Snapshots of working trees: a bare git repository of our own, ``git/``.

A snapshot is a commit without parents. Its tree holds only the files that differ from the
project's own commit, which its message names together with the files that were deleted. So it
borrows nothing: it survives whatever happens to the project's repository, and travels with
the folder. The same state always gets the same name, since author and date are fixed.

Only loose objects are written (formats: git's ``gitformat-loose`` and ``git-hash-object``
pages), without git: nothing of anybody's configuration can run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from nbtrail.exceptions import StoreError
from nbtrail.store.folders import make_folder
from nbtrail.store.objects import names_in, place, refreshed, take_away, write_synced

__all__ = ["Snapshot", "Snapshots"]

_ID = re.compile(r"[0-9a-f]{40}")
_CONFIG = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n[gc]\n\tauto = 0\n"
_SIGNED = "nbtrail <nbtrail@localhost> 0 +0000"
_FOLDER = "40000"
_MOST = 100_000_000  # bytes of one object: a damaged one must not fill the memory

Entry = tuple[str, str]
"""Mode of a file as git writes it (``100644``, ``100755``, ``120000``), and its object."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot says.

    Attributes
    ----------
    base : str
        Commit of the project's repository; empty when there was none yet.
    files : mapping of bytes to (str, str)
        Path with forward slashes to mode and object.
    deleted : tuple of bytes
        Paths that the base has and the working tree had no longer.
    """

    base: str
    files: Mapping[bytes, Entry]
    deleted: tuple[bytes, ...] = ()


class Snapshots:
    """The snapshots of one store.

    Parameters
    ----------
    root : Path
        The folder ``git``, made with the first snapshot.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def put_blob(self, data: bytes) -> str:
        """Store the bytes of a file; return the name of the object.

        Raises
        ------
        OSError
            When nothing can be written.
        """
        return self._put("blob", data)

    def put(self, snapshot: Snapshot) -> str:
        """Store a snapshot whose files are stored; return the name of its commit.

        Raises
        ------
        OSError
            When nothing can be written.
        """
        tree = self._put_tree(snapshot.files)
        lines = [f"tree {tree}", f"author {_SIGNED}", f"committer {_SIGNED}", ""]
        lines += ["Working tree of a run", "", f"base {snapshot.base or 'none'}"]
        lines += [f"deleted {quote_from_bytes(path)}" for path in sorted(snapshot.deleted)]
        commit = self._put("commit", ("\n".join(lines) + "\n").encode())
        reference = self.reference(commit)
        if not refreshed(reference):
            self._write(reference, f"{commit}\n".encode())
        return commit

    def read(self, commit: str) -> Snapshot:
        """Return a snapshot.

        Raises
        ------
        StoreError
            When it is missing or damaged.
        """
        head, _, message = self._get(commit, "commit").decode().partition("\n\n")
        tree = head.splitlines()[0].removeprefix("tree ")
        base, deleted = "", []
        for line in message.splitlines():
            word, _, rest = line.partition(" ")
            if word == "base":
                base = rest if rest != "none" else ""
            elif word == "deleted":
                deleted.append(unquote_to_bytes(rest))
        return Snapshot(base, dict(self._files(tree, b"")), tuple(deleted))

    def blob(self, name: str) -> bytes:
        """Return the bytes of a file, verified.

        Raises
        ------
        StoreError
            When they are missing or damaged.
        """
        return self._get(name, "blob")

    def commits(self) -> tuple[str, ...]:
        """Return the names of all snapshots."""
        try:
            names = sorted(path.name for path in (self.root / "refs" / "snapshots").iterdir())
        except OSError:
            return ()
        return tuple(name for name in names if _ID.fullmatch(name))

    def copy(self, commit: str, to: Snapshots) -> None:
        """Store a snapshot and its files in another place too, where it gets the same name.

        Raises
        ------
        StoreError
            When it is missing or damaged.
        OSError
            When nothing can be written.
        """
        snapshot = self.read(commit)
        for _, name in snapshot.files.values():
            to.put_blob(self.blob(name))
        if to.put(snapshot) != commit:
            raise StoreError(
                f"Snapshot {commit[:12]} in {self.root} was not written by nbtrail, so it is not "
                "taken along."
            )

    def parts(self, commit: str) -> Iterator[str]:
        """Yield the names of all objects of a snapshot.

        Raises
        ------
        StoreError
            When one of its folders is missing or damaged.
        """
        yield commit
        head = self._get(commit, "commit").decode().partition("\n")[0]
        trees = [head.removeprefix("tree ")]
        while trees:
            tree = trees.pop()
            yield tree
            for mode, _, identity in self._rows(tree):
                if mode == _FOLDER:
                    trees.append(identity)
                else:
                    yield identity

    def names(self) -> Iterator[str]:
        """Return the name of every object that is there."""
        return names_in(self.root / "objects", _ID)

    def path(self, name: str) -> Path:
        """Return where an object lies, whether or not it exists.

        Raises
        ------
        StoreError
            When `name` is not 40 lowercase hex digits.
        """
        if not _ID.fullmatch(name):
            raise StoreError(f"{name!r} is not the name of a snapshot (40 hex digits).")
        return self.root / "objects" / name[:2] / name[2:]

    def reference(self, commit: str) -> Path:
        """Return the file that keeps a snapshot, whether or not it exists."""
        return self.root / "refs" / "snapshots" / commit

    def forget(self, commit: str, young_s: float) -> bool:
        """Take a snapshot off the list unless it is young; its objects stay for `remove`."""
        aside = self.root / f".{commit}.forgotten"
        return take_away(self.reference(commit), aside, young_s, lambda: False)

    def remove(self, name: str, young_s: float) -> bool:
        """Remove an object that no snapshot has, unless it is young; say whether it is gone."""
        return take_away(self.path(name), self.root / f".{name}.removed", young_s, lambda: False)

    def is_sound(self, commit: str) -> bool:
        """Say whether a snapshot and all its files are there as they were stored."""
        try:
            for _, name in self.read(commit).files.values():
                self.blob(name)
        except StoreError:
            return False
        return True

    # ------------------------------------------------------------ objects

    def _put_tree(self, files: Mapping[bytes, Entry]) -> str:
        below: dict[bytes, dict[bytes, Entry]] = {}
        entries: list[tuple[bytes, str, str]] = []
        for path, (mode, name) in files.items():
            folder, slash, rest = path.partition(b"/")
            if slash:
                below.setdefault(folder, {})[rest] = (mode, name)
            else:
                entries.append((folder, mode, name))
        entries += [(folder, _FOLDER, self._put_tree(inside)) for folder, inside in below.items()]
        return self._put("tree", b"".join(_tree_rows(entries)))

    def _files(self, tree: str, above: bytes) -> Iterator[tuple[bytes, Entry]]:
        for mode, name, identity in self._rows(tree):
            if mode == _FOLDER:
                yield from self._files(identity, above + name + b"/")
            else:
                yield above + name, (mode, identity)

    def _rows(self, tree: str) -> Iterator[tuple[str, bytes, str]]:
        """Yield mode, name and object of each row of a tree."""
        rest = self._get(tree, "tree")
        while rest:
            head, _, rest = rest.partition(b"\0")
            mode, _, name = head.partition(b" ")
            identity, rest = rest[:20].hex(), rest[20:]
            yield mode.decode(), name, identity

    def _put(self, kind: str, data: bytes) -> str:
        whole = b"%s %d\0%s" % (kind.encode(), len(data), data)
        name = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        path = self.path(name)
        if not refreshed(path):
            self._prepare()
            self._write(path, zlib.compress(whole, 1))
        return name

    def _get(self, name: str, kind: str) -> bytes:
        try:
            stream = zlib.decompressobj()
            whole = stream.decompress(self.path(name).read_bytes(), _MOST)
        except (OSError, zlib.error) as error:
            raise StoreError(
                f"Part of a snapshot ({name[:12]}) can't be read from {self.root}: {error}. Restore "
                "it from a backup of the trail."
            ) from error
        head, _, data = whole.partition(b"\0")
        right = hashlib.sha1(whole, usedforsecurity=False).hexdigest() == name
        if not right or not head.startswith(kind.encode() + b" "):
            raise StoreError(
                f"Part of a snapshot ({name[:12]}) in {self.root} was changed on the disk. Restore "
                "it from a backup of the trail."
            )
        return data

    def _prepare(self) -> None:
        if (self.root / "HEAD").exists():
            return
        for folder in ("", "objects", "refs"):
            make_folder(self.root / folder)
        self._write(self.root / "config", _CONFIG.encode())
        self._write(self.root / "HEAD", b"ref: refs/heads/main\n")  # last: it says "complete"

    def _write(self, path: Path, data: bytes) -> None:
        temporary = self.root / f".{os.urandom(8).hex()}.tmp"
        try:
            write_synced(temporary, iter((data,)))
            place(temporary, path)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink()


def _tree_rows(entries: Iterable[tuple[bytes, str, str]]) -> Iterator[bytes]:
    """Yield the rows of a tree in git's order, in which a folder's name ends with a slash."""
    for name, mode, identity in sorted(entries, key=lambda e: e[0] + b"/" * (e[1] == _FOLDER)):
        yield b"%s %s\0%s" % (mode.encode(), name, bytes.fromhex(identity))
