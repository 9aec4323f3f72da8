"""State outside of the namespace that a statement reads or writes.

Random state, working directory and import path are compared before and after; files,
processes and environment variables come as audit events while the statement runs.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from nbtrail.capture.audit import FileEvent, SystemEvent, SystemKind
from nbtrail.lineage.extensions import added_attributes
from nbtrail.lineage.filestamps import FileStamp, path_in, stamp_of, tree_of

__all__ = ["Ambient", "Channels", "Traffic", "is_library_variable"]

_READ_ONLY_COMMANDS = re.compile(
    r"^\s*(ls|pwd|echo|head|tail|cat|wc|pip|conda|uv|which|nvidia-smi|free|df|date|whoami|git)\b(?!.*>)"
)
_LISTENERS = frozenset(
    {
        "nbtrail.capture.audit",
        "nbtrail.capture.guard",
        "nbtrail.capture.readtaps",
        "nbtrail.capture.replacements",
        "nbtrail.capture.taps_monitoring",
        __name__,
    }
)
_LIBRARY_VARIABLES = re.compile(
    r"^(OMP|MKL|OPENBLAS|NUMEXPR|VECLIB|BLIS|CUDA|TF|KERAS|TORCH|PYTORCH|XLA|JAX|PYTHON|PANDAS|"
    r"SKLEARN|SCIPY|TOKENIZERS|HF|TRANSFORMERS|LOKY|JOBLIB|POLARS|LC|TZ)(_|$)|^LANG$|^PATH$"
)


@dataclass(frozen=True, slots=True)
class Ambient:
    """What can be compared before and after a statement."""

    numpy: Any
    stdlib: Any
    cwd: str
    path: tuple[str, ...]
    added: frozenset[str] = frozenset()

    @classmethod
    def now(cls) -> Ambient:
        """Look at it now; a few microseconds."""
        return cls(_numpy_state(), _stdlib_state(), _cwd(), tuple(sys.path), added_attributes())


_NOTHING = Ambient(None, None, "", ())


@dataclass(slots=True)
class Traffic:
    """What the audit events of one statement said.

    Attributes
    ----------
    read, written, listed : set of str
        Absolute paths of files, and of folders that were listed. A file that the statement
        made before it read it is only written.
    named : dict
        The files that its texts name, as they were before it.
    """

    read: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    named: dict[str, FileStamp | None] = field(default_factory=dict)
    variables: set[str] = field(default_factory=set)
    commands: list[str] = field(default_factory=list)
    codes: list[CodeType] = field(default_factory=list)
    tree: dict[str, tuple[int, int]] | None = None


class Channels:
    """Collects the events of the running statement, and remembers who wrote what so far.

    Parameters
    ----------
    project : Path
        Files inside of it are named relative to it, others by their absolute path.

    Attributes
    ----------
    ambient : Ambient
        As the last statement left it.
    """

    def __init__(self, project: Path) -> None:
        self._project = os.path.realpath(project)
        self._thread = -1
        self._traffic = Traffic()
        self._written_files: set[str] = set()
        self.ambient = _NOTHING
        self._variables: set[str] = set()
        self._moved = False
        self._path_changed = False

    def open(self, texts: Iterable[str] = ()) -> None:
        """Begin to listen for the statement that starts now, in this thread.

        Parameters
        ----------
        texts : iterable of str
            String constants that it could use as paths.
        """
        named = {path: stamp_of(path) for path in map(path_in, texts) if path}
        self._thread = threading.get_ident()
        self._traffic = Traffic(named=named)

    def close(self) -> Traffic:
        """Stop listening and return what was heard."""
        self._thread = -1
        return self._traffic

    def on_file(self, event: FileEvent) -> None:
        """Take a file event of any thread: libraries read in worker threads too."""
        if self._thread == -1:
            return
        if _is_ours():
            return  # the store, or a model being saved in the background
        traffic, path = self._traffic, event.path
        if event.mode == "l":
            traffic.listed.add(path)
        if "r" in event.mode and (path in traffic.read or path not in traffic.written):
            if os.path.exists(path):  # noqa: PTH110 - as fast as it gets
                traffic.read.add(path)
            if event.tapped and os.path.isdir(path):  # noqa: PTH112
                traffic.read.update(tree_of(path))
        if "w" in event.mode:
            traffic.written.add(path)

    def on_system(self, event: SystemEvent) -> None:
        """Take a process, a change of the environment, or code about to be executed.

        Magics start processes in threads of their own; code counts in this thread only.
        """
        if self._thread == -1:
            return
        if event.kind is not SystemKind.EXEC and _is_ours():
            return
        if event.kind is SystemKind.PROCESS:
            if self._traffic.tree is None:
                self._traffic.tree = tree_of(self._project)
            if event.value:
                self._traffic.commands.append(event.value)
        elif event.kind is SystemKind.ENVIRONMENT:
            self._traffic.variables.add(event.value)
        elif (
            event.value.co_filename == "<string>"
            and self._thread == threading.get_ident()
            and len(self._traffic.codes) < 50
        ):
            self._traffic.codes.append(event.value)

    def name_of(self, path: str) -> str:
        """Return the channel of a file."""
        real = os.path.realpath(path)
        if real.startswith(self._project + os.sep):
            return f"file:{real[len(self._project) + 1 :].replace(os.sep, '/')}"
        return f"file:{real}"

    def resolve(
        self,
        before: Ambient,
        traffic: Traffic,
        texts: Iterable[str],
        names: Iterable[str],
        commands: Iterable[str],
        *,
        imports: bool,
    ) -> tuple[set[str], set[str]]:
        """Return the channels that a statement read and wrote.

        Parameters
        ----------
        texts : iterable of str
            String constants it could have used: paths and variable names may be among them.
        names : iterable of str
            Every name it loads, those of functions that it could call included.
        commands : iterable of str
            Shell lines in it.
        imports : bool
            It is an import statement.
        """
        read: set[str] = set()
        written: set[str] = set()
        known = set(names)
        self._ambient(before, known, read, written, imports=imports)
        self._variables_of(traffic, known, texts, read, written)
        self._files_of(traffic, texts, [*commands, *traffic.commands], read, written)
        if self._moved and any(c.startswith("file:") for c in read | written):
            read.add("cwd")
        self._moved = self._moved or "cwd" in written
        if self._path_changed and (imports or {"path", "modules"} & known):
            read.add("sys.path")
        self._path_changed = self._path_changed or "sys.path" in written
        return read, written

    def _ambient(
        self,
        before: Ambient,
        names: set[str],
        read: set[str],
        written: set[str],
        *,
        imports: bool,
    ) -> None:
        self.ambient = now = Ambient.now()
        # numpy loads its generator with the first use: the statement that loads it may draw
        draws = "random" in names and not imports
        seeds = any("seed" in name or "set_state" in name or name == "setstate" for name in names)
        for channel, old, new in (
            ("rng:numpy", before.numpy, now.numpy),
            ("rng:stdlib", before.stdlib, now.stdlib),
        ):
            if new is not None and old != new and (old is not None or seeds or draws):
                written.add(channel)
                if not seeds:
                    read.add(channel)
        if before.cwd != now.cwd:
            written.add("cwd")
            read.add("cwd")
        if before.path != now.path:
            written.add("sys.path")
            read.add("sys.path")
        written |= {f"added:{name}" for name in now.added - before.added}

    def _variables_of(
        self,
        traffic: Traffic,
        names: set[str],
        texts: Iterable[str],
        read: set[str],
        written: set[str],
    ) -> None:
        for key in traffic.variables:
            written.add(f"env:{key}")
        mentioned = self._variables & set(texts)
        if traffic.tree is not None or (not mentioned and names & {"environ", "getenv"}):
            mentioned = self._variables
        read |= {f"env:{key}" for key in mentioned}
        self._variables |= traffic.variables

    def _files_of(
        self,
        traffic: Traffic,
        texts: Iterable[str],
        commands: list[str],
        read: set[str],
        written: set[str],
    ) -> None:
        mine_read = {self.name_of(p) for p in traffic.read if Path(p).is_file()}
        mine_read |= {self.name_of(p) for p in traffic.read if p in traffic.written}
        mine_written = {self.name_of(p) for p in traffic.written}
        for text in texts:
            path = path_in(text)
            if path is None or path in traffic.written:
                continue
            name = self.name_of(path)
            if path in traffic.named and stamp_of(path) != traffic.named[path]:
                mine_written.add(name)  # a library's own code wrote it
                if name in self._written_files:
                    mine_read.add(name)
            elif os.path.isfile(path):  # noqa: PTH113 - no error for what is too long for a path
                mine_read.add(name)
        listed = {self.name_of(p) for p in traffic.listed}
        if f"file:{self._project}" in listed:
            listed.add("file:")
        mine_read |= {f for f in self._written_files if _folder(f) in listed}
        if traffic.tree is not None:
            after = tree_of(self._project)
            moved = {p for p in after.keys() | traffic.tree if after.get(p) != traffic.tree.get(p)}
            mine_written |= {self.name_of(p) for p in moved}
            text = "\n".join(commands)
            if not _READ_ONLY_COMMANDS.match(text):
                named = {f for f in self._written_files if f.rpartition("/")[2] in text}
                mine_read |= named or self._written_files
        # source files outside of the project are libraries that load late
        mine_read = {f for f in mine_read if not (f.endswith(".py") and f.startswith("file:/"))}
        read |= mine_read
        written |= mine_written
        self._written_files |= mine_written


def _folder(channel: str) -> str:
    return channel.rpartition("/")[0] or "file:"


def _is_ours() -> bool:
    """Say whether nbtrail itself causes the event: what it asks git is no effect."""
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        name = frame.f_globals.get("__name__", "")
        root = name.partition(".")[0]
        if name not in _LISTENERS and root not in sys.stdlib_module_names:
            return root in {"nbtrail", "git"}
        frame = frame.f_back
    return False


def is_library_variable(channel: str) -> bool:
    """Say whether a library may read this variable on its own account."""
    return bool(_LIBRARY_VARIABLES.match(channel.removeprefix("env:")))


def _numpy_state() -> Any:
    numpy = sys.modules.get("numpy.random")
    if numpy is None:
        return None
    try:
        state = numpy.get_state(legacy=True)
        return (state[2], state[3], state[4], state[1].tobytes())
    except Exception:
        return None


def _stdlib_state() -> Any:
    random = sys.modules.get("random")
    try:
        return random.getstate() if random is not None else None
    except Exception:
        return None


def _cwd() -> str:
    try:
        return os.getcwd()  # noqa: PTH109 - compared as text
    except OSError:
        return ""
