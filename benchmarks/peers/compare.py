"""nbtrail beside other trackers: first use, logging, creating runs, asking for them.

Each tracker gets an environment of its own (made with pip where it is missing) and each
measurement a new process in an empty folder. They take turns, round by round, so that what else
the machine does hits all of them. One that can't be installed is named and left out.

Usage: python benchmarks/peers/compare.py --venvs DIR [--rounds 3] [--seconds 20] [--only NAME ...]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

from subjects import SUBJECTS

_HERE = Path(__file__).resolve().parent
_SHOWN = (
    ("first run, ms", "import and first run in an empty folder", "ms", False),
    ("wait per step, us", "a step of ten metrics, as its caller waits", "us", False),
    ("points/s", "points until durable", "/s", True),
    ("bytes/point", "bytes of a point on disk", "", False),
    ("runs/s", "runs of 20 params and 20 metrics created", "/s", True),
    ("best 50, ms", "best 50 of up to 1,000 runs by a filter", "ms", False),
    ("table, ms", "all of them as a DataFrame", "ms", False),
)


def environment(name: str, venvs: Path) -> Path | None:
    """Return the interpreter that has a tracker, or None when it can't be installed."""
    needs = SUBJECTS[name].needs
    if not SUBJECTS[name].needs or name == "bare sqlite3":
        return Path(sys.executable)
    folder = venvs / name
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not python.exists():
        print(f"installing {name} ...", flush=True)
        venv.create(folder, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "-q", *needs], check=False)
    module = needs[0].replace("-", "_")
    there = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    return python if there.returncode == 0 else None


def measure(python: Path, name: str, task: str, seconds: float) -> dict[str, float]:
    """Run one task in an empty folder; return what it found, disk and exit included."""
    with tempfile.TemporaryDirectory() as folder:
        command = [str(python), str(_HERE / "task.py"), name, task, str(seconds)]
        done = subprocess.run(
            command, cwd=folder, capture_output=True, text=True, check=False, timeout=1800
        )
        ended = time.time()
        if done.returncode != 0:
            print(f"{name} failed at {task}: {done.stderr.strip()[-600:]}")
            return {}
        found: dict[str, float] = json.loads(done.stdout.strip().splitlines()[-1])
        if task == "points":
            files = (path for path in Path(folder).rglob("*") if path.is_file())
            found["points/s"] = found["points"] / (ended - found["began"])
            found["bytes/point"] = sum(path.stat().st_size for path in files) / found["points"]
        return found


def main() -> None:
    """Measure in rounds and print a table of medians with ratios to nbtrail."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--venvs", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--only", nargs="*", choices=SUBJECTS, default=list(SUBJECTS))
    options = parser.parse_args()
    pythons = {name: environment(name, options.venvs.absolute()) for name in options.only}
    for name in [name for name, python in pythons.items() if python is None]:
        print(f"{name} can't be installed here, so it is left out")
        del pythons[name]
    found: dict[str, dict[str, list[float]]] = {name: {} for name in pythons}
    for number in range(options.rounds):
        for task in ("first", "points", "runs"):
            for name, python in pythons.items():
                print(f"round {number + 1}: {task} of {name}", file=sys.stderr, flush=True)
                assert python is not None
                for key, value in measure(python, name, task, options.seconds).items():
                    found[name].setdefault(key, []).append(value)
    for key, title, unit, more in _SHOWN:
        print(f"\n{title}")
        values = {n: statistics.median(f[key]) for n, f in found.items() if key in f}
        ours = values.get("nbtrail")
        for name, value in sorted(values.items(), key=lambda item: item[1], reverse=more):
            ratio = f"{(value / ours if more else ours / value):8.3f} x nbtrail" if ours else ""
            print(f"  {name:14} {value:14,.1f} {unit:3} {ratio}")
    counts = {name: int(statistics.median(f["runs"])) for name, f in found.items() if "runs" in f}
    print(f"\nruns that were created within the time: {counts}")


if __name__ == "__main__":
    main()
