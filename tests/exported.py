"""A small exported pipeline, written by hand: it needs no training and no verification."""

from __future__ import annotations

import hashlib
import json
import os

from nbtrail.entities.codec import to_plain
from nbtrail.entities.pipeline import (
    Manifest,
    Outcome,
    PipelineInput,
    PipelineParam,
    Scope,
    Verdict,
)
from nbtrail.entities.provenance import Environment
from nbtrail.entities.run import Run
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["export_by_hand"]

SCRIPT = """\
import argparse, sys, time
import nbtrail

parser = argparse.ArgumentParser()
parser.add_argument("--depth", type=int, default=3)
parser.add_argument("--balanced", action=argparse.BooleanOptionalAction, default=False)
parser.add_argument("--data", default="DATA")
parser.add_argument("--output")
parser.add_argument("--track", action="store_true")
args = parser.parse_args()
run = nbtrail.start_run("one", experiment="e", tags={"nbtrail.retrained": "SOURCE"})
print("run:", run.run_id, flush=True)
rows = len(open(args.data).read().splitlines())
print("rows", rows, args.balanced, flush=True)
if args.depth < 0:
    raise ValueError("depth must not be negative")
time.sleep(60 if args.depth > 99 else 0)
nbtrail.log_params(vars(args))
nbtrail.log_metrics({"auc": args.depth / 10, "rows": rows})
nbtrail.end_run()
"""


def export_by_hand(store: Store, run: Run, folder: str, executable: str, cwd: str = ".") -> None:
    """Export a run of a given Python, which read ``data.csv`` of the project, to a folder."""
    environment = Environment("e" * 64, "3", "CPython", "Linux", "x86_64", executable, {})
    store.call(operations.set_environment(run.run_id, environment))
    place = store.project / folder
    place.mkdir(parents=True)
    path = os.path.relpath(store.project / "data.csv", store.project / cwd)
    data = b"a\n1\n2\n"
    (store.project / "data.csv").write_bytes(data)
    script = SCRIPT.replace("SOURCE", run.run_id).replace("DATA", path).encode()
    (place / "pipeline.py").write_bytes(script)
    digest = hashlib.sha256(script).hexdigest()
    manifest = Manifest(
        version=1,
        run_id=run.run_id,
        run_name=run.name,
        created_ms=run.started_ms,
        pipeline_sha256=digest,
        params=(
            PipelineParam("depth", "3", "int", "--depth", "of Tree"),
            PipelineParam("balanced", "False", "bool", "--balanced"),
            PipelineParam("data", repr(path), "str", "--data"),
        ),
        inputs=(PipelineInput("data", "data.csv", hashlib.sha256(data).hexdigest(), len(data)),),
        metrics={"rows": 3.0, "auc": 0.3},
        project=os.path.relpath(store.project, place),
        cwd=cwd,
        verdict=Verdict(Outcome.EXACT, Scope.SAME_ENVIRONMENT, digest),
    )
    (place / "manifest.json").write_text(json.dumps(to_plain(manifest)), encoding="utf-8")
    store.call(operations.put_export(run.run_id, folder, manifest))
