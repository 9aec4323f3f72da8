"""Training an exported pipeline again: its script with other values, recorded as a new run."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from nbtrail.entities.directions import direction_in
from nbtrail.entities.pipeline import Manifest
from nbtrail.entities.retraining import Retrained, RetrainedMetric, RetrainPlan
from nbtrail.entities.run import LATER, Run
from nbtrail.exceptions import NotFoundError, RetrainError
from nbtrail.pipeline.manifest import read_manifest
from nbtrail.pipeline.retraining import check_plan, plan_retraining, working_folder
from nbtrail.store.store import Store

__all__ = ["retrain_folder"]

# a script that writes the end of its run may take 5 s for that; the server waits 10 s for us
_PATIENCE_S = {signal.SIGINT: 6.0, signal.SIGTERM: 2.0}
_RUN = re.compile(r"run: ([0-9a-f]{32})")


def retrain_folder(
    store: Store,
    folder: Path,
    given: Mapping[str, str],
    *,
    progress: Callable[[str], None] = lambda _text: None,
    hear: Callable[[str], None] = lambda _line: None,
) -> Retrained:
    """Run the script of an exported folder with other values and record that as a new run.

    It runs in a process of its own, by this interpreter, where the notebook ran, without a
    time limit. Nothing is overwritten: what the script saves beside the trail goes to a
    temporary folder.

    Parameters
    ----------
    store : Store
        Its project is where the script runs, its trail where the run is recorded.
    given : mapping of str to str
        Values of parameters, as somebody types them; the recorded ones hold for the others.
    progress : callable
        Told what is done.
    hear : callable
        Told each line that the script prints.

    Raises
    ------
    UsageError
        When a parameter is not known, or can't have its value.
    VerifyError
        When the folder is no export.
    RetrainError
        When a data file is gone, the script failed, or no run was recorded.
    """
    plan = plan_retraining(store, folder, given)
    check_plan(plan)
    script = folder.resolve() / "pipeline.py"
    manifest = read_manifest(folder)
    cwd = working_folder(store.project, manifest)
    progress(f"Training {plan.folder} again: {plan.script}")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(
        prefix="nbtrail-retrain-", ignore_cleanup_errors=True
    ) as output:
        words = [sys.executable, str(script), *plan.arguments, f"--output={output}"]
        run_id, failure = _followed(_started(words, cwd, store.root), hear)
    if failure:
        raise RetrainError(
            f"{plan.folder}/pipeline.py failed: {failure}. To repeat it, in {cwd}: {plan.script}"
        )
    return _result(store, manifest, plan, run_id, time.monotonic() - started)


def _started(words: Sequence[str], cwd: Path, trail: Path) -> subprocess.Popen[str]:
    chosen = {
        "NBTRAIL_DIR": str(trail),
        "MPLBACKEND": "Agg",
        "PYTHONDONTWRITEBYTECODE": "1",  # the exported folder stays as it is
        "PYTHONIOENCODING": "utf-8",
        "PYTHONUNBUFFERED": "1",
    }
    try:
        return subprocess.Popen(
            words,
            cwd=cwd,
            env=os.environ | chosen,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            # what it starts ends with it
            start_new_session=True,
        )
    except OSError as error:
        raise RetrainError(f"{words[0]} can't be started: {error}.") from error


def _followed(process: subprocess.Popen[str], hear: Callable[[str], None]) -> tuple[str, str]:
    """Hear a script to its end; return the id of its run, and its last words if it failed."""
    assert process.stdout is not None
    run_id = last = ""
    try:
        with process.stdout:
            for line in process.stdout:
                text = line.rstrip()
                found = _RUN.fullmatch(text)
                run_id = found[1] if found and not run_id else run_id
                last = text.strip() or last
                hear(text)
        code = process.wait()
    finally:
        _end(process)
    return run_id, f"{last or 'it said nothing'} (exit code {code})" if code else ""


def _end(process: subprocess.Popen[str]) -> None:
    """End a script that still runs: an interrupt first, so that its run ends as interrupted."""
    for sent, patience in _PATIENCE_S.items():
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError, ValueError):
            process.send_signal(sent)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)
    with contextlib.suppress(OSError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _result(
    store: Store, manifest: Manifest, plan: RetrainPlan, run_id: str, seconds: float
) -> Retrained:
    try:
        run = store.reader.run(run_id)
    except NotFoundError:
        raise RetrainError(
            f"{plan.folder}/pipeline.py ended well, but recorded no run. "
            + (
                "It was edited: leave start_tracking and record in it."
                if plan.edited
                else "Export the run again with this version of nbtrail."
            )
        ) from None
    return Retrained(
        run_id=run.run_id,
        run_name=run.name,
        source_id=plan.run_id,
        source_name=plan.run_name,
        folder=plan.folder,
        metrics=_metrics(manifest, run),
        changed=tuple(param for param in plan.params if param.changed),
        seconds=seconds,
    )


def _metrics(manifest: Manifest, run: Run) -> tuple[RetrainedMetric, ...]:
    """Return the recorded metrics beside those of a run, the main one first."""
    found = {m.key: m.last for m in run.metrics if not m.key.startswith(LATER)}
    main = run.experiment.main_metric
    keys = sorted(manifest.metrics or found, key=lambda key: key != main)
    return tuple(
        RetrainedMetric(
            key,
            manifest.metrics.get(key),
            found.get(key),
            direction_in(run.experiment, key),
        )
        for key in keys
    )
