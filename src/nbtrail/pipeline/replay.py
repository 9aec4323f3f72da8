"""Runs a pipeline script in this fresh process and writes down what it consumed and fitted.

Started by `nbtrail.pipeline.runner` as ``python -P replay.py SPEC``; SPEC is a JSON file with
``script``, ``arguments``, ``folder`` (to run in), ``inputs`` (real paths that must not be
written), ``package`` (where nbtrail lies) and ``result`` (JSON file to write). The module imports
nothing of nbtrail before the script's own imports are done, and works without it.
"""

from __future__ import annotations

import ast
import importlib
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["main"]

_LOCAL = ("127.", "::1", "localhost")


def main(spec_path: str) -> int:
    """Run the script that the spec names; the exit code is 1 when it raised."""
    spec = json.loads(Path(spec_path).read_text(encoding="utf-8"))
    os.chdir(spec["folder"])
    sys.path.insert(0, spec["folder"])
    sys.path.append(spec["package"])
    sys.argv = [spec["script"], *spec["arguments"]]
    found: dict[str, Any] = {"error": "", "models": {}, "data": [], "metrics": [], "notes": []}
    collector = _collector(spec, found)
    _guard({os.path.realpath(path) for path in spec["inputs"]})
    try:
        runpy.run_path(spec["script"], run_name="__main__")
    except SystemExit as stop:
        if stop.code not in (None, 0):
            found["error"] = f"SystemExit: {stop.code}"
    except BaseException:
        found["error"] = _mapped(spec["script"])
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


def _guard(inputs: set[str]) -> None:
    """Refuse the network, and writing to the inputs that are only linked."""

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], (str, bytes)):
            mode, flags = arguments[1], arguments[2]
            writes = (isinstance(mode, str) and any(c in mode for c in "wax+")) or (
                mode is None and isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR)
            )
            if writes and os.path.realpath(os.fsdecode(arguments[0])) in inputs:
                raise PermissionError(
                    f"The pipeline writes to its own input {os.fsdecode(arguments[0])}"
                )
        elif event == "socket.connect" and isinstance(arguments[1], tuple):
            _refuse(str(arguments[1][0]))
        elif event == "socket.getaddrinfo":
            _refuse(str(arguments[0]))

    sys.addaudithook(hook)


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
