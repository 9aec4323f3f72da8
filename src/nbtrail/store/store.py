"""The store: one folder per project, one instance per process and folder."""

from __future__ import annotations

import atexit
import contextlib
import functools
import logging
import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from nbtrail.config import FOLDER
from nbtrail.exceptions import StoreError, StoreReadOnlyError
from nbtrail.store.connection import DATABASE, check_place, connect_reader, connect_writer, identity
from nbtrail.store.folders import missing_folders, sync_folder
from nbtrail.store.lock import WriteLock
from nbtrail.store.migrations import SCHEMA_VERSION, check_schema, ensure_schema, too_new
from nbtrail.store.objects import Objects
from nbtrail.store.operations import Operation
from nbtrail.store.writer import Collect, Later, Ticket, Writer

if TYPE_CHECKING:
    from nbtrail.store.reader import Reader
    from nbtrail.store.snapshots import Snapshots

__all__ = ["Store"]

_EXIT_S: Final = 5.0
_open_stores: dict[str, Store] = {}
_mutex = threading.Lock()


class Store:
    """A trail on disk. Use :meth:`open`.

    Writing never raises into the caller of :meth:`submit`, whatever happens to the
    folder; see `store.writer`. Reading is thread safe.

    Attributes
    ----------
    root : Path
        The folder ``.nbtrail``, absolute.
    project : Path
        The folder it stands for.
    read_only : bool
        True when it can't be written by us; `submit` then drops, `call` raises.
    objects : Objects
    writer : Writer
    warn : callable or None
        Takes one sentence for the user, from any thread.
    """

    def __init__(self, root: Path, *, read_only: bool, warn: Callable[[str], None] | None) -> None:
        self.root = root
        self.project = root.parent
        self.read_only = read_only
        self.objects = Objects(root / "objects")
        self.warn = warn
        self._identity = identity(root / DATABASE)
        self._closed = False
        self.writer = Writer(root, WriteLock(root / "write.lock"), self._say)

    @functools.cached_property
    def reader(self) -> Reader:
        """What reads it; loaded late, since a notebook that only records never reads."""
        from nbtrail.store.reader import Reader

        return Reader(self.root / DATABASE)

    @functools.cached_property
    def snapshots(self) -> Snapshots:
        """The working trees of runs; loaded late, as `reader`."""
        from nbtrail.store.snapshots import Snapshots

        return Snapshots(self.root / "git")

    @classmethod
    def open(
        cls, root: Path, *, create: bool = False, warn: Callable[[str], None] | None = None
    ) -> Store:
        """Open the store in folder `root`; the same instance for the same folder.

        Parameters
        ----------
        root : Path
            The folder ``.nbtrail``.
        create : bool
            Make it when it is not there.
        warn : callable, optional
            Takes one sentence when something needs the user's attention, from any
            thread; logged when absent.

        Raises
        ------
        StoreError
            When there is none (and `create` is False), or it isn't one of ours.
        StoreReadOnlyError
            When it can't be made there, or is of an older version and can't be written.
        """
        root = Path(os.path.abspath(root))  # noqa: PTH100 - resolve() would follow a link in its place
        with _mutex:
            known = _open_stores.get(str(root))
            if known is not None and known.is_current():
                known.warn = warn or known.warn
                return known
            check_place(root)
            if create:
                _create(root)
            _upgrade(root)
            store = cls(root, read_only=_must_only_read(root, warn), warn=warn)
            _open_stores[str(root)] = store
            return store

    def submit(self, operation: Operation) -> None:
        """Have an operation done; on the disk 200 ms later. Never raises, never waits."""
        if not self.read_only:
            self.writer.submit(operation)

    def submit_later(self, collect: Collect) -> None:
        """Have operations done that `collect` puts together when they are written."""
        if not self.read_only:
            self.writer.submit(Later(collect))

    def call(self, operation: Operation, timeout_s: float | None = None) -> Any:
        """Have an operation done, wait for its durable commit and return its result.

        None after `timeout_s` seconds (it is still queued then), and when the store
        can't be written now and the operation waits in a rescue file.

        Raises
        ------
        StoreReadOnlyError
            When this store is only read.
        NbtrailError
            When the operation itself is refused.
        """
        if self.read_only:
            raise StoreReadOnlyError(
                f"The trail in {self.root} can only be read here, so nothing is changed."
            )
        ticket = Ticket(operation)
        self.writer.submit(ticket)
        self.writer.hurry()
        if not ticket.done.wait(timeout_s):
            return None
        if ticket.error is not None:
            raise ticket.error
        return ticket.result

    def flush(self, timeout_s: float) -> bool:
        """Wait until everything submitted so far is in the database; say whether it is."""
        if self.read_only:
            return True
        ticket = Ticket(None)
        self.writer.submit(ticket)
        self.writer.hurry()
        ticket.done.wait(timeout_s)
        return ticket.written

    def close(self) -> None:
        """Write everything (5 s at most, the rest into a rescue file) and let go."""
        with _mutex:
            if self._closed:
                return
            self._closed = True
            if _open_stores.get(str(self.root)) is self:
                del _open_stores[str(self.root)]
        self.writer.close(_EXIT_S)

    def is_current(self) -> bool:
        """Say whether this instance still stands for what lies at its path.

        One that is only read does so until it can be written.
        """
        if self._closed:
            return False
        try:
            if identity(self.root / DATABASE) != self._identity:
                return False
        except OSError:
            return False
        return not self.read_only or _must_only_read(self.root, None)

    def _say(self, text: str) -> None:
        with contextlib.suppress(Exception):  # the callback is somebody else's code
            if self.warn is None:
                logging.getLogger("nbtrail").warning("%s", text)
            else:
                self.warn(text)


def _create(root: Path) -> None:
    try:
        fresh = missing_folders(root)
        root.mkdir(parents=True, exist_ok=True)
        for name in ("objects", "rescue"):
            (root / name).mkdir(exist_ok=True)
        if not (root / ".gitignore").exists():
            (root / ".gitignore").write_text("*\n", encoding="utf-8")
        path = root / DATABASE
        if not _is_complete(path):
            _create_database(root, path)
        if fresh:
            for folder in (root, *(path.parent for path in fresh)):
                sync_folder(folder)
    except OSError as error:
        if (root / DATABASE).exists():
            return  # an existing trail can at least be read
        raise StoreReadOnlyError(
            f"No trail can be made in {root}: {error.strerror or error}. Make the folder "
            "writable, or set NBTRAIL_DIR to one that is."
        ) from error


def _create_database(root: Path, path: Path) -> None:
    lock = WriteLock(root / "write.lock")
    with lock.held(30.0):
        try:
            db, _ = connect_writer(path, locking=lock.supported)
            try:
                ensure_schema(db, path)
            finally:
                db.close()
        except sqlite3.OperationalError as error:
            raise OSError(str(error)) from error
        except sqlite3.DatabaseError as error:
            raise _not_readable(path, error) from error


def _upgrade(root: Path) -> None:
    """Bring a trail of an older version up to date: readers know one schema only."""
    path = root / DATABASE
    version = _version(path) if path.exists() else 0
    if not 0 < version < SCHEMA_VERSION:
        return
    try:
        _create_database(root, path)
    except OSError as error:
        raise StoreReadOnlyError(
            f"The trail in {root} was written by an older nbtrail (schema version {version}) and "
            f"can't be brought up to date: {error}. Copy the folder to a place that can be "
            "written, and open it there."
        ) from error


def _is_complete(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0 and _version(path) >= SCHEMA_VERSION


def _must_only_read(root: Path, warn: Callable[[str], None] | None) -> bool:
    path = root / DATABASE
    if not path.exists():
        raise StoreError(
            f"There is no trail in {root}. Make one by tracking something: %load_ext {FOLDER[1:]}"
        )
    version = _version(path)
    if version == 0:
        raise StoreError(
            f"The trail in {root} is not complete: its creation was interrupted. Track something "
            "in this project, or delete the folder."
        )
    text = ""
    if version > SCHEMA_VERSION:
        text = f"{too_new(version, path)} It is opened for reading only."
    elif not (os.access(root, os.W_OK) and os.access(path, os.W_OK)):
        text = f"{root} can't be written, so the trail is opened for reading only."
    elif not check_place(root):
        text = f"{root} belongs to another user, so the trail is opened for reading only."
    if text and warn is not None:
        warn(text)
    return bool(text)


def _version(path: Path) -> int:
    try:
        db = connect_reader(path)
    except sqlite3.Error as error:
        raise _not_readable(path, error) from error
    try:
        return check_schema(db, path)
    finally:
        db.close()


def _not_readable(path: Path, error: sqlite3.Error) -> StoreError:
    return StoreError(
        f"{path} can't be opened: {error}. If another program wrote over it, bring it back from "
        "a backup; else look at it with: nbtrail store doctor"
    )


def _close_all() -> None:
    for store in list(_open_stores.values()):
        store.close()


def _after_fork() -> None:
    global _mutex
    _mutex = threading.Lock()
    for store in _open_stores.values():
        store.writer.after_fork()


atexit.register(_close_all)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
