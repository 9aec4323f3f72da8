"""Runs a pipeline script in this fresh process and writes down what it consumed and fitted.

Started by `nbtrail.pipeline.runner` as ``python -P replay.py SPEC``; SPEC is a JSON file with
``script``, ``arguments``, ``scratch`` (the folder that may be written), ``folder`` in it (to run
in), ``project`` and ``inputs`` (real paths that must not be written), ``package`` (where nbtrail lies) and ``result`` (JSON file to write). The module imports
nothing of nbtrail before the script's own imports are done, and works without it.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import runpy
import sys
import tempfile
import traceback
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import unquote, urlsplit

__all__ = ["main"]

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
_REMOVING = frozenset({"os.remove", "os.rmdir", "shutil.rmtree"})


def main(spec_path: str) -> int:
    """Run the script that the spec names; the exit code is 1 when it raised."""
    spec = json.loads(Path(spec_path).read_text(encoding="utf-8"))
    os.chdir(spec["folder"])
    sys.path.insert(0, spec["folder"])
    sys.path.append(spec["package"])
    sys.argv = [spec["script"], *spec["arguments"]]
    found: dict[str, Any] = {"error": "", "models": {}, "data": [], "metrics": [], "notes": []}
    collector = _collector(spec, found)
    guard = _Guard(spec)
    guard.install()
    try:
        runpy.run_path(spec["script"], run_name="__main__")
    except SystemExit as stop:
        if stop.code not in (None, 0):
            found["error"] = f"SystemExit: {stop.code}"
    except BaseException:
        found["error"] = _mapped(spec["script"])
        if "readonly database" in found["error"] and guard.read_only:
            names = ", ".join(dict.fromkeys(guard.read_only))
            found["error"] += f" ({names}: a verification writes only to its scratch folder)"
    if collector is not None:
        _drain(collector, found)
    Path(spec["result"]).write_text(json.dumps(found), encoding="utf-8")
    return 1 if found["error"] else 0


def _mapped(script: str) -> str:
    """Return the lines of the script that the traceback names, and the exception."""
    kind, error, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    first = next((n for n, f in enumerate(frames) if f.filename == script), len(frames))
    own = [f for f in frames[first:] if f.filename == script]
    lines = [f"line {f.lineno} of pipeline.py: {f.line}" for f in own[-2:]]
    name = kind.__name__ if kind is not None else "Error"
    return "\n".join([*lines, f"{name}: {error}"])


class _Guard:
    """Refuses the network, and writing anywhere but where a verification may."""

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
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            _refuse(str(arguments[1][0]))
        elif event == "socket.getaddrinfo":
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


def _collector(spec: dict[str, Any], found: dict[str, Any]) -> Any:
    """Arm the taps once the libraries that the script imports are there."""
    text = Path(spec["script"]).read_text(encoding="utf-8")
    names = _imports(text)
    if not names:
        return None  # nothing that could be fitted or measured
    try:
        for name in names:
            importlib.import_module(name)
    except BaseException:
        return None  # the script will fail in the same way, and say where
    if "skops" in text:
        _watch_models(found)
    try:
        from nbtrail.capture.collector import Collector

        script = spec["script"]
        collector = Collector(lambda value: _name_of(value, script))
        collector.start()
        collector.refresh()
    except Exception as error:
        found["notes"].append(
            f"Data and models could not be looked at: {type(error).__name__}: {error}"
        )
        return None
    return collector


def _imports(text: str) -> list[str]:
    names: list[str] = []
    for node in ast.parse(text).body:
        if isinstance(node, ast.Import):
            names += [a.name for a in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.append(node.module)
    libraries = ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn")
    return [n for n in names if n.partition(".")[0] in libraries]


def _watch_models(found: dict[str, Any]) -> None:
    """Digest what the script saves, under the variable's name that the file has."""
    try:
        import skops.io

        from nbtrail.fingerprint.estimators import digest_estimator
    except ImportError:
        return
    original = skops.io.dump

    def dump(model: Any, file: Any, **options: Any) -> None:
        try:
            found["models"][Path(file).stem] = digest_estimator(model)
        except Exception as error:
            found["notes"].append(f"Model {Path(file).stem} could not be digested: {error}")
        original(model, file, **options)

    skops.io.dump = dump


def _name_of(value: Any, script: str) -> str:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001
    while frame is not None:
        if frame.f_code.co_filename == script:
            for name, held in (*frame.f_locals.items(), *frame.f_globals.items()):
                if held is value and not name.startswith("_"):
                    return name
        frame = frame.f_back
    return ""


def _drain(collector: Any, found: dict[str, Any]) -> None:
    from nbtrail.fingerprint.estimators import digest_estimator

    try:
        collector.stop()
        for training in collector.known():
            for use in training.datasets:
                found["data"].append([use.name, use.context.value, use.dataset.digest.content])
            found["metrics"] += [[k, repr(m.last)] for k, m in training.metrics.items()]
            if training.estimator is not None:
                digest = digest_estimator(training.estimator)
                name = training.model_name or f"{training.class_name} {training.episode_id}"
                found["models"].setdefault(name, digest)
        found["metrics"] += [[m.key, repr(m.last)] for _, m in collector.drain_loose()]
    except Exception as error:
        found["notes"].append(f"What was fitted could not be read: {type(error).__name__}: {error}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
