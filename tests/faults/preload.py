"""The library between a process and the file system: built here, spoken to from inside."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import shutil
import subprocess
import tempfile
from enum import IntEnum
from pathlib import Path

__all__ = ["Action", "Trouble", "built"]

SOURCE = Path(__file__).with_name("trouble.c")
NEEDED = """\
The fault tests need a C compiler for a small library that fails and records file calls
(tests/faults/trouble.c), on Linux, and none was found. Install one: apt-get install gcc libc6-dev"""


class Action(IntEnum):
    """What happens at the chosen call; the numbers are those of trouble.c."""

    PASS = 0
    FAIL = 1
    KILL = 2
    TEAR = 3


def built() -> Path:
    """Build the library unless it is there and up to date; return its path.

    Raises
    ------
    RuntimeError
        When there is no compiler, or the library can't be built.
    """
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise RuntimeError(NEEDED)
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    library = Path(tempfile.gettempdir()) / f"nbtrail-trouble-{os.getuid()}-{digest}.so"
    if library.exists():
        return library
    fresh = library.with_suffix(f".{os.getpid()}.tmp")
    options = ("-shared", "-fPIC", "-O1", "-o", str(fresh), str(SOURCE), "-ldl", "-lpthread")
    done = subprocess.run([compiler, *options], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{NEEDED}\n{compiler} said:\n{done.stderr}")
    fresh.replace(library)
    return library


class Trouble:
    """The library in a process that was started with it."""

    def __init__(self) -> None:
        self._library = ctypes.CDLL(None)
        for name in ("trouble_counted", "trouble_failed"):
            getattr(self._library, name).restype = ctypes.c_long

    def count(self, folder: Path) -> None:
        """Begin to count the calls that change files below `folder`."""
        self.arm(folder, Action.PASS, 0)

    def arm(
        self, folder: Path, action: Action, at: int, error: str = "EIO", *, lasting: bool = False
    ) -> None:
        """Have something happen at a call.

        Parameters
        ----------
        at : int
            Which of them from now on, from 1.
        error : str
            What a failing call says.
        lasting : bool
            Every later one fails too, until `lift`.
        """
        self._library.trouble_arm(
            str(folder).encode(), int(action), ctypes.c_long(at), getattr(errno, error), lasting
        )

    def lift(self) -> None:
        """Let every call pass from now on."""
        self._library.trouble_lift()

    @property
    def counted(self) -> int:
        """How many calls there were since it was armed."""
        return int(self._library.trouble_counted())

    @property
    def failed(self) -> int:
        """How many of them failed."""
        return int(self._library.trouble_failed())

    def have_no_locks(self) -> None:
        """Be on a file system that has no file locks, as some network file systems."""
        self._library.trouble_without_locks()

    def record(self, folder: Path, file: Path) -> None:
        """Write down every change of files below `folder`."""
        if self._library.trouble_record(str(folder).encode(), str(file).encode()) < 0:
            raise OSError(f"{file} can't be written")

    def note(self, text: str) -> None:
        """Put a text into the record, in its place among the changes."""
        self._library.trouble_note(text.encode())
