"""Runs a pipeline script in this fresh process and writes down what it consumed and fitted.

Started by `nbtrail.pipeline.runner` as ``python -P replay.py SPEC``; SPEC is a JSON file with
``script``, ``arguments``, ``scratch`` (the folder that may be written), ``folder`` in it (to run
in), ``project`` and ``inputs`` (real paths that must not be written), ``package`` (where
nbtrail lies), ``processors`` (how many to use, 0 for all), ``steps`` (to run instead of the
script, one by one) and ``result`` (JSON file to write). The module imports nothing of nbtrail
before the script's own imports are done, and works without it.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import json
import os
import runpy
import sys
import traceback
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

__all__ = ["main"]


def main(spec_path: str) -> int:
    """Run the script that the spec names; the exit code is 1 when it raised."""
    begun_with = set(sys.modules)
    spec = json.loads(Path(spec_path).read_text(encoding="utf-8"))
    os.chdir(spec["folder"])
    sys.path.insert(0, str(Path(spec["script"]).parent))
    sys.path.append(spec["package"])
    sys.argv = [spec["script"], *spec["arguments"]]
    found: dict[str, Any] = {"error": "", "models": {}, "data": [], "metrics": [], "notes": []}
    fencing = _beside("fence")
    _use_processors(spec["processors"])
    found["guard"] = fencing.confine(spec)
    fencing.spread(spec_path, str(Path(spec["scratch"], "site")))
    collector = _collector(spec, found) if not spec["steps"] else None
    fence = fencing.Fence(spec)
    fence.install()
    try:
        if spec["steps"]:
            found["trace"] = _trace(spec)
        else:
            runpy.run_path(spec["script"], run_name="__main__")
    except SystemExit as stop:
        if stop.code not in (None, 0):
            found["error"] = f"SystemExit: {stop.code}"
    except BaseException:
        found["error"] = _mapped(spec["script"])
        if "readonly database" in found["error"] and fence.read_only:
            names = ", ".join(dict.fromkeys(fence.read_only))
            found["error"] += f" ({names}: a verification writes only to its scratch folder)"
    loaded = set(sys.modules) - begun_with
    found["modules"] = sorted({name.partition(".")[0] for name in loaded})
    if collector is not None:
        _drain(collector, found)
    Path(spec["result"]).write_text(json.dumps(found), encoding="utf-8")
    return 1 if found["error"] else 0


def _beside(name: str) -> ModuleType:
    """Load a file of this folder by its path: nothing of nbtrail is imported for it."""
    place = Path(__file__).with_name(f"{name}.py")
    found = importlib.util.spec_from_file_location(f"_nbtrail_{name}", place)
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def _use_processors(number: int) -> None:
    """Use no more processors than the run could: they decide how sums are divided."""
    if number > 0 and hasattr(os, "sched_setaffinity"):
        mine = sorted(os.sched_getaffinity(0))
        if number < len(mine):
            os.sched_setaffinity(0, mine[:number])


def _trace(spec: dict[str, Any]) -> dict[str, Any]:
    from nbtrail.pipeline.retrace import retrace

    return retrace(json.loads(Path(spec["steps"]).read_text(encoding="utf-8")))


def _mapped(script: str) -> str:
    """Return the lines of the script that the traceback names, and the exception."""
    kind, error, trace = sys.exc_info()
    frames = traceback.extract_tb(trace)
    first = next((n for n, f in enumerate(frames) if f.filename == script), len(frames))
    own = [f for f in frames[first:] if f.filename == script and f.line]
    where = ""
    if own:
        last = own[-1]
        inside = last.name not in {"<module>", "main"}
        stage = f" in {last.name}()" if inside else ""
        where = f"`{last.line}`{stage} (line {last.lineno} of pipeline.py): "
    name = kind.__name__ if kind is not None else "Error"
    return f"{where}{name}: {error}".rstrip(": ")


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
    try:
        stands_in = spec["models_written"] and not any(n.startswith("skops") for n in names)
        if stands_in and "skops.io import dump" in text:
            _watch_models(found)
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
    libraries = ("sklearn", "xgboost", "lightgbm", "catboost", "imblearn", "skops")
    return [n for n in names if n.partition(".")[0] in libraries]


def _watch_models(found: dict[str, Any]) -> None:
    """Digest what the script saves, under the variable's name that the file has.

    The library that writes the files takes longer to load than most pipelines to run, and
    what it writes is thrown away here: so it is not loaded.
    """
    from nbtrail.fingerprint.estimators import digest_estimator

    def dump(model: Any, file: Any, **_options: Any) -> None:
        try:
            found["models"][Path(file).stem] = digest_estimator(model)
        except Exception as error:
            found["notes"].append(f"Model {Path(file).stem} could not be digested: {error}")

    writer = ModuleType("skops.io")
    writer.dump = dump  # type: ignore[attr-defined]
    package = ModuleType("skops")
    package.io = writer  # type: ignore[attr-defined]
    sys.modules |= {"skops": package, "skops.io": writer}


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
