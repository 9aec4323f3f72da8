"""Everything that is shown, as text."""

from __future__ import annotations

from collections.abc import Sequence

from nbtrail.entities.ancestry import Ancestry
from nbtrail.entities.causes import Why
from nbtrail.entities.cell import CellExecution
from nbtrail.entities.comparison import Comparison, DatasetDiff
from nbtrail.entities.episode import Episode
from nbtrail.entities.gate import Gate
from nbtrail.entities.model import AliasMove, ModelVersion, RegisteredModel
from nbtrail.entities.origin import FileOrigin
from nbtrail.entities.pipeline import Manifest, Verdict
from nbtrail.entities.provenance import ModuleSource
from nbtrail.entities.replicates import RunGroup
from nbtrail.entities.retraining import Retrained
from nbtrail.entities.run import Run
from nbtrail.entities.table import RunTable
from nbtrail.entities.uncommitted import UncommittedChanges
from nbtrail.views.ancestry import ancestry_detail
from nbtrail.views.code import code_detail
from nbtrail.views.comparison import comparison_detail
from nbtrail.views.datadiff import data_diff_detail
from nbtrail.views.episodes import episodes_table
from nbtrail.views.export import export_detail
from nbtrail.views.models import gates_table, model_detail, models_table, promotion_detail
from nbtrail.views.plain import to_text
from nbtrail.views.receipt import receipt
from nbtrail.views.replicates import replicates_table
from nbtrail.views.retraining import retrained_detail
from nbtrail.views.run import run_detail
from nbtrail.views.runs import runs_table
from nbtrail.views.uncommitted import uncommitted_detail
from nbtrail.views.verdict import verdict_detail
from nbtrail.views.why import why_detail

__all__ = [
    "text_ancestry",
    "text_code",
    "text_comparison",
    "text_data_diff",
    "text_episodes",
    "text_export",
    "text_gates",
    "text_model",
    "text_models",
    "text_promotion",
    "text_receipt",
    "text_replicates",
    "text_retrained",
    "text_run",
    "text_runs",
    "text_uncommitted",
    "text_verdict",
    "text_why",
]


def text_receipt(run: Run) -> str:
    """Render the line under a tracked cell."""
    return to_text(receipt(run))


def text_runs(table: RunTable, *, filtered: bool = False) -> str:
    """Render a page of runs."""
    return to_text(runs_table(table, filtered=filtered))


def text_replicates(groups: Sequence[RunGroup]) -> str:
    """Render groups of runs that differ in their seed."""
    return to_text(replicates_table(groups))


def text_run(run: Run, origins: Sequence[FileOrigin] = ()) -> str:
    """Render one run in full."""
    return to_text(run_detail(run, origins))


def text_ancestry(ancestry: Ancestry) -> str:
    """Render the executed cells behind a result."""
    return to_text(ancestry_detail(ancestry))


def text_code(run: Run, cells: Sequence[CellExecution], modules: Sequence[ModuleSource]) -> str:
    """Render the code of one run."""
    return to_text(code_detail(run, cells, modules))


def text_uncommitted(run: Run, found: UncommittedChanges) -> str:
    """Render what was not committed when a run started."""
    return to_text(uncommitted_detail(run, found))


def text_comparison(comparison: Comparison) -> str:
    """Render runs side by side."""
    return to_text(comparison_detail(comparison))


def text_data_diff(diff: DatasetDiff) -> str:
    """Render what differs between two datasets."""
    return to_text(data_diff_detail(diff))


def text_models(models: Sequence[RegisteredModel]) -> str:
    """Render all registered models."""
    return to_text(models_table(models))


def text_model(model: RegisteredModel, history: Sequence[AliasMove] = ()) -> str:
    """Render one registered model with its versions and the moves of its aliases."""
    return to_text(model_detail(model, history))


def text_promotion(version: ModelVersion) -> str:
    """Render what a promotion has made, with its gates."""
    return to_text(promotion_detail(version))


def text_gates(gates: Sequence[Gate]) -> str:
    """Render what the gates say."""
    return to_text((gates_table(gates),))


def text_verdict(verdict: Verdict) -> str:
    """Render the verdict on an exported pipeline."""
    return to_text(verdict_detail(verdict))


def text_retrained(found: Retrained) -> str:
    """Render what came of training a pipeline again."""
    return to_text(retrained_detail(found))


def text_episodes(episodes: Sequence[Episode]) -> str:
    """Render the fits of a session."""
    return to_text(episodes_table(episodes))


def text_export(manifest: Manifest, folder: str) -> str:
    """Return an exported pipeline with its verdict as text."""
    return to_text(export_detail(manifest, folder))


def text_why(found: Why) -> str:
    """Render why two runs differ."""
    return to_text(why_detail(found))
