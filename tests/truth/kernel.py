"""Run a notebook twice: plain, to learn the true numbers, and tracked, to see what is recorded."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from jupyter_client.manager import start_new_kernel
from tests.truth import data

HERE = Path(__file__).parent
MARKER = re.compile(r"^# %%(?: (?P<name>.+))?$", re.MULTILINE)
MAGIC = re.compile(r"^# (%%?[a-z].*)$", re.MULTILINE)

# The value of an expression as JSON: numpy numbers become Python numbers.
AS_JSON = (
    "__import__('json').dumps({}, default=lambda v: v.item() if hasattr(v, 'item') else str(v))"
)


def cells(notebook: Path) -> dict[str, str]:
    """Return the cells of a notebook file by name; magics are still comments."""
    parts = MARKER.split(notebook.read_text(encoding="utf-8"))[1:]
    return {name: source.strip("\n") for name, source in zip(parts[::2], parts[1::2], strict=True)}


def load_truth(name: str) -> dict[str, Any]:
    """Return the truth list of a notebook."""
    return json.loads((HERE / "notebooks" / f"{name}.json").read_text(encoding="utf-8"))


def order(name: str) -> list[tuple[str, int]]:
    """Return the executions of a notebook: cell name and how often it ran, this time included."""
    names = load_truth(name).get("order") or list(cells(HERE / "notebooks" / f"{name}.py"))
    seen: Counter[str] = Counter()
    executions = []
    for cell in names:
        seen[cell] += 1
        executions.append((cell, seen[cell]))
    return executions


def _expressions(truth: dict[str, Any]) -> dict[str, tuple[str, int, str]]:
    """Return what to ask the plain kernel: a key -> after which execution, and the expression."""
    asked = {}
    for group in ("metrics", "absent"):
        for number, entry in enumerate(truth.get(group, ())):
            at = (entry["cell"], entry.get("nth", 1))
            asked[f"{group}.{number}"] = (*at, entry["value"])
            if "steps" in entry:
                asked[f"{group}.{number}.steps"] = (*at, entry["steps"])
    for entry in truth["runs"]:
        for what, expression in entry.get("search", {}).items():
            if isinstance(expression, str):
                key = f"search.{entry['id']}.{what}"
                asked[key] = (entry["cell"], entry.get("nth", 1), expression)
    return asked


def _prepare(folder: Path, truth: dict[str, Any]) -> None:
    folder.mkdir(parents=True)
    (folder / "data").mkdir()
    for maker in truth.get("data", ()):
        data.MAKERS[maker](folder / "data")
    if truth.get("project"):
        shutil.copytree(HERE / "project", folder / "project")


def _run(name: str, folder: Path, *, tracked: bool) -> dict[str, Any]:
    """Execute the cells in order in a fresh kernel; return the asked values (plain runs only)."""
    truth = load_truth(name)
    _prepare(folder, truth)
    sources = cells(HERE / "notebooks" / f"{name}.py")
    asked = {} if tracked else _expressions(truth)
    environment = os.environ | {
        "MPLBACKEND": "agg",
        "NBTRAIL_DIR": str(folder / ".nbtrail"),
        "NBTRAIL_NOTEBOOK": str(folder / f"{name}.ipynb"),
    }
    values: dict[str, Any] = {}
    manager, client = start_new_kernel(kernel_name="python3", cwd=str(folder), env=environment)
    try:
        for cell, nth in order(name):
            source = sources[cell]
            if tracked:
                source = MAGIC.sub(r"\1", source)
            wanted = {
                k: AS_JSON.format(e) for k, (c, n, e) in asked.items() if (c, n) == (cell, nth)
            }
            reply = client.execute_interactive(
                source,
                silent=False,
                timeout=120,
                output_hook=lambda message: None,
                user_expressions=wanted,
            )["content"]
            if reply["status"] != "ok":
                raise RuntimeError(f"{name}, cell {cell!r}: {reply['ename']}: {reply['evalue']}")
            for key, answer in reply["user_expressions"].items():
                if answer["status"] != "ok":
                    raise RuntimeError(f"{name}, {key}: {answer['ename']}: {answer['evalue']}")
                values[key] = _from_repr(answer["data"]["text/plain"])
    finally:
        client.stop_channels()
        manager.shutdown_kernel()
    missing = set(asked) - set(values)
    if missing:
        raise RuntimeError(f"{name}: no execution answers {sorted(missing)}")
    return values


def _from_repr(text: str) -> Any:
    import ast

    # IPython breaks the repr of a long text over lines, in parentheses: still one literal.
    return json.loads(ast.literal_eval(text))


def outcome(name: str, folder: Path) -> dict[str, Any]:
    """Run a notebook plain and tracked; return the true values and the recorded runs."""
    values = _run(name, folder / "plain", tracked=False)
    _run(name, folder / "tracked", tracked=True)
    # A fresh process reads the store: nothing but what is on disk can be found.
    answer = subprocess.run(
        [sys.executable, str(HERE / "recorded.py")],
        cwd=folder / "tracked",
        env=os.environ | {"NBTRAIL_DIR": str(folder / "tracked" / ".nbtrail")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if answer.returncode:
        raise RuntimeError(f"{name}: the recorded runs can't be read\n{answer.stderr}")
    return {"values": values, "recorded": json.loads(answer.stdout)}
