"""Keeps a verification inside: no network, and no writing but to its scratch folder.

Three layers, each as far as the platform has it. The audit hook of Python refuses with a text
that says what to do; a ``sitecustomize`` brings it to Python processes that the pipeline
starts. On Linux the kernel refuses what no hook sees (shell lines, native writers, native
sockets): a network namespace, and Landlock (ABI 2 or later; interface: the kernel's page
"Landlock: unprivileged access control"). The file imports nothing but the standard library,
since it is loaded by its path, before anything else.
"""

from __future__ import annotations

import ctypes
import json
import os
import struct
import sys
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["Fence", "confine", "spread"]

_LOCAL = ("127.", "::1", "localhost")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
# audit event -> where its arguments have a path that it changes, and the folder's descriptor
# that the path is relative to (0: none)
_CHANGES = {
    "os.remove": ((0, 1),),
    "os.rmdir": ((0, 1),),
    "os.rename": ((0, 2), (1, 3)),
    "os.link": ((0, 2), (1, 3)),
    "os.symlink": ((1, 2),),
    "os.mkdir": ((0, 2),),
    "os.chmod": ((0, 2),),
    "os.chown": ((0, 3),),
    "os.utime": ((0, 3),),
    "os.chflags": ((0, 0),),
    "os.truncate": ((0, 0),),
    "os.setxattr": ((0, 0),),
    "os.removexattr": ((0, 0),),
    "shutil.chown": ((0, 0),),
    "shutil.copyfile": ((1, 0),),
    "shutil.copymode": ((1, 0),),
    "shutil.copystat": ((1, 0),),
    "shutil.copytree": ((1, 0),),
    "shutil.make_archive": ((0, 0),),
    "shutil.move": ((0, 0), (1, 0)),
    "shutil.rmtree": ((0, 1),),
    "shutil.unpack_archive": ((1, 0),),
}
_FOLLOWING = frozenset(
    "os." + name
    for name in ("chmod", "chown", "utime", "chflags", "truncate", "setxattr", "removexattr")
) | {"os.link"}
_SENDING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKING = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_REMOVING = frozenset({"os.remove", "os.rmdir", "shutil.rmtree"})


_SITE = """\
import importlib.machinery, importlib.util, os, sys
here = os.path.dirname(__file__)
def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
load("_nbtrail_fence", {fence!r}).install_from({spec!r})
found = importlib.machinery.PathFinder.find_spec(
    "sitecustomize", [p for p in sys.path if os.path.abspath(p) != here]
)
if found is not None and found.origin:  # the one that would have been loaded
    load("_sitecustomize", found.origin)
"""


def install_from(spec_path: str) -> None:
    """Put up the fence in a child process."""
    Fence(json.loads(Path(spec_path).read_text(encoding="utf-8"))).install()


def spread(spec_path: str, folder: str) -> None:
    """Let the Python processes that this one starts put up the same fence."""
    Path(folder).mkdir(exist_ok=True)
    text = _SITE.format(fence=os.path.abspath(__file__), spec=spec_path)  # noqa: PTH100
    Path(folder, "sitecustomize.py").write_text(text, encoding="utf-8")
    above = os.environ.get("PYTHONPATH", "")
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [folder, above]))


class Fence:
    """Refuses the network, and writing anywhere but where a verification may.

    Parameters
    ----------
    spec : dict
        ``inputs`` and ``project`` (must not be written), ``scratch`` (may be).
    """

    def __init__(self, spec: dict[str, Any]) -> None:
        inputs = [os.path.realpath(path) for path in spec["inputs"]]
        # the place that lies nearest to a file decides: scratch lies in the temporary folder,
        # where the user's project may lie as well
        self._places = _common_places()
        self._places |= dict.fromkeys([os.path.realpath(spec["project"]), *inputs], False)
        self._places[os.path.realpath(spec["scratch"])] = True
        # without the right to make symbolic links, the inputs are hard links in scratch
        self._inputs = {_identity(path) for path in inputs}
        self.read_only: list[str] = []  # the user's databases that were opened

    def install(self) -> None:
        """Begin; Python can't take it back."""
        self._open_databases_to_read()
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            if any(c in mode for c in "wax+") if isinstance(mode, str) else flags & _WRITING:
                self._check(path, follow=True)
        elif event in _CHANGES:
            for place, folder in _CHANGES[event]:
                descriptor = arguments[folder] if 0 < folder < len(arguments) else None
                path = _within(descriptor, arguments[place])
                if not _changes_nothing(event, path):
                    self._check(path, follow=event in _FOLLOWING)
        elif event == "sqlite3.connect":
            self._check(_database(arguments[0]), follow=True)
        elif event in _SENDING and isinstance(arguments[1], tuple):
            _refuse(str(arguments[1][0]))
        elif event in _ASKING:
            _refuse(str(arguments[0]))

    def _check(self, path: Any, *, follow: bool) -> None:
        if not isinstance(path, (str, bytes, os.PathLike)):
            return  # a descriptor was looked at when it was opened
        name = os.fsdecode(path)
        if not self._allows(name, follow=follow):
            own = "its own input " if _identity(name) in self._inputs else ""
            raise PermissionError(
                f"The pipeline writes to {own}{name}, but a verification writes only to its "
                "scratch folder, so that your files stay as they are. Use a relative path there."
            )

    def _allows(self, name: str, *, follow: bool) -> bool:
        if name == os.devnull or os.path.normpath(name).startswith("/dev/"):
            return True
        if follow and _identity(name) in self._inputs:
            return False
        # what is removed or renamed is a link itself, not the file that it names
        real = os.path.realpath(name) if follow else _entry(name)
        if "__pycache__" in Path(real).parts:
            return True
        nearest = max((p for p in self._places if _lies_in(real, p)), key=len, default="")
        return self._places.get(nearest, False)

    def _open_databases_to_read(self) -> None:
        """Let SQLite open the user's databases without the right to write."""
        try:
            import sqlite3
        except ImportError:
            return
        original = sqlite3.connect

        def connect(database: Any, *arguments: Any, **options: Any) -> Any:
            plain = len(arguments) < 7 and not options.get("uri")  # `uri` is the eighth
            if (
                plain
                and Path(os.fsdecode(database)).is_file()
                and not self._allows(os.fsdecode(database), follow=True)
            ):
                self.read_only.append(os.fsdecode(database))
                database = Path(os.path.realpath(os.fsdecode(database))).as_uri() + "?mode=ro"
                options["uri"] = True
            return original(database, *arguments, **options)

        sqlite3.connect = sqlite3.dbapi2.connect = connect


def _common_places() -> dict[str, bool]:
    """Return the temporary folder and the caches, which libraries write to on their own account."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - never raises
    found = [
        Path(tempfile.gettempdir()),
        home / ".cache",
        home / "Library" / "Caches",
        home / ".matplotlib",
        home / ".config" / "matplotlib",
    ]
    return {os.path.realpath(path): True for path in found}


def _identity(path: str) -> tuple[int, int] | None:
    try:
        status = Path(path).stat()
    except (OSError, ValueError):
        return None
    return status.st_dev, status.st_ino


def _entry(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.normpath(Path(os.path.realpath(folder), name))


def _lies_in(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _within(descriptor: Any, path: Any) -> Any:
    """Return a path that the call names relative to an open folder."""
    if not isinstance(descriptor, int) or descriptor < 0 or isinstance(path, int):
        return path
    return Path(os.path.realpath(f"/dev/fd/{descriptor}"), os.fsdecode(path))


def _changes_nothing(event: str, path: Any) -> bool:
    if event == "os.mkdir":
        return os.path.lexists(path)
    return event in _REMOVING and not os.path.lexists(path)


def _database(name: Any) -> Any:
    """Return the file that SQLite may write to; None for one in memory or opened to read."""
    text = "" if isinstance(name, int) else os.fsdecode(name)
    if text in {"", ":memory:"}:
        return None
    if not text.startswith("file:"):
        return text
    parts = urlsplit(text)
    harmless = ("mode=ro", "mode=memory", "immutable=1", ":memory:")
    return None if any(word in text for word in harmless) else unquote(parts.path)


def _refuse(host: str) -> None:
    if not host.startswith(_LOCAL):
        raise ConnectionRefusedError(f"Verification runs without network, but {host} was asked for")


# ---------------------------------------------------------------- the kernel's part


def confine(spec: dict[str, Any]) -> list[str]:
    """Ask the kernel to refuse what no hook of Python sees; return what it took on.

    A kernel or container that does not offer it is no error: the answer lacks the line.
    """
    found: list[str] = []
    if sys.platform != "linux":
        return found
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, 9, 0, 0, 0)  # ends with the process that waits for it
    if _leave_network(libc):
        found.append("network off for all processes (network namespace)")
    if _write_only(libc, _writable(spec)):
        found.append("files outside of the scratch folder read-only for all processes (Landlock)")
    return found


_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_WRITE_FILE, _REFER, _TRUNCATE = 1 << 1, 1 << 13, 1 << 14
_CHANGE_FOLDERS = sum(1 << bit for bit in range(4, 13))  # remove and make entries of each kind
_LEAST_ABI, _TRUNCATE_ABI = 2, 3


def _leave_network(libc: Any) -> bool:
    """Enter a network namespace that has nothing but the loopback device."""
    user, group = os.getuid(), os.getgid()
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        return False
    try:
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")
        _loopback_up()
    except OSError:
        return True  # off all the same; local servers of the pipeline won't work
    return True


def _loopback_up() -> None:
    import fcntl
    import socket

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
        request = struct.pack("16sh14x", b"lo", 0)
        (flags,) = struct.unpack_from("h", fcntl.ioctl(device, _SIOCGIFFLAGS, request), 16)
        fcntl.ioctl(device, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _writable(spec: dict[str, Any]) -> list[str]:
    """Return folders that may be written, none of which holds what must not be."""
    kept = [os.path.realpath(path) for path in (spec["project"], *spec["inputs"])]
    common = [path for path in _common_places() if not any(_lies_in(p, path) for p in kept)]
    return [os.path.realpath(spec["scratch"]), *common, "/dev", "/proc/self"]


def _write_only(libc: Any, folders: list[str]) -> bool:
    """Let Landlock refuse every change outside of some folders, for good."""
    abi = libc.syscall(_CREATE_RULESET, None, 0, 1)
    if abi < _LEAST_ABI:
        return False  # the first version refuses to move files between folders at all
    rights = _WRITE_FILE | _CHANGE_FOLDERS | _REFER
    rights |= _TRUNCATE if abi >= _TRUNCATE_ABI else 0
    handled = ctypes.create_string_buffer(struct.pack("Q", rights), 8)
    ruleset = libc.syscall(_CREATE_RULESET, handled, 8, 0)
    if ruleset < 0:
        return False
    try:
        for folder in folders:
            try:
                place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
            except OSError:
                continue
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, place), 12)
            libc.syscall(_ADD_RULE, ruleset, 1, rule, 0)
            os.close(place)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        return bool(libc.syscall(_RESTRICT_SELF, ruleset, 0) == 0)
    finally:
        os.close(ruleset)
