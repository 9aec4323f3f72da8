"""Everything that is shown, as HTML."""

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
from nbtrail.views.markup import to_html
from nbtrail.views.models import gates_table, model_detail, models_table, promotion_detail
from nbtrail.views.replicates import replicates_table
from nbtrail.views.retraining import retrained_detail
from nbtrail.views.run import run_detail
from nbtrail.views.runs import runs_table
from nbtrail.views.uncommitted import uncommitted_detail
from nbtrail.views.verdict import verdict_detail
from nbtrail.views.why import why_detail

__all__ = [
    "html_ancestry",
    "html_code",
    "html_comparison",
    "html_data_diff",
    "html_episodes",
    "html_export",
    "html_gates",
    "html_model",
    "html_models",
    "html_promotion",
    "html_replicates",
    "html_retrained",
    "html_run",
    "html_runs",
    "html_uncommitted",
    "html_verdict",
    "html_why",
]


def html_runs(table: RunTable, *, filtered: bool = False) -> str:
    """Render a page of runs."""
    return to_html(runs_table(table, filtered=filtered))


def html_replicates(groups: Sequence[RunGroup]) -> str:
    """Render groups of runs that differ in their seed."""
    return to_html(replicates_table(groups))


def html_run(run: Run, origins: Sequence[FileOrigin] = ()) -> str:
    """Render one run in full."""
    return to_html(run_detail(run, origins))


def html_ancestry(ancestry: Ancestry) -> str:
    """Render the executed cells behind a result."""
    return to_html(ancestry_detail(ancestry))


def html_code(run: Run, cells: Sequence[CellExecution], modules: Sequence[ModuleSource]) -> str:
    """Render the code of one run."""
    return to_html(code_detail(run, cells, modules))


def html_uncommitted(run: Run, found: UncommittedChanges) -> str:
    """Render what was not committed when a run started."""
    return to_html(uncommitted_detail(run, found))


def html_comparison(comparison: Comparison) -> str:
    """Render runs side by side."""
    return to_html(comparison_detail(comparison))


def html_data_diff(diff: DatasetDiff) -> str:
    """Render what differs between two datasets."""
    return to_html(data_diff_detail(diff))


def html_models(models: Sequence[RegisteredModel]) -> str:
    """Render all registered models."""
    return to_html(models_table(models))


def html_model(model: RegisteredModel, history: Sequence[AliasMove] = ()) -> str:
    """Render one registered model with its versions and the moves of its aliases."""
    return to_html(model_detail(model, history))


def html_promotion(version: ModelVersion) -> str:
    """Render what a promotion has made, with its gates."""
    return to_html(promotion_detail(version))


def html_gates(gates: Sequence[Gate]) -> str:
    """Render what the gates say."""
    return to_html((gates_table(gates),))


def html_verdict(verdict: Verdict) -> str:
    """Render the verdict on an exported pipeline."""
    return to_html(verdict_detail(verdict))


def html_retrained(found: Retrained) -> str:
    """Render what came of training a pipeline again."""
    return to_html(retrained_detail(found))


def html_episodes(episodes: Sequence[Episode]) -> str:
    """Render the fits of a session."""
    return to_html(episodes_table(episodes))


def html_export(manifest: Manifest, folder: str) -> str:
    """Return an exported pipeline with its verdict as HTML."""
    return to_html(export_detail(manifest, folder))


def html_why(found: Why) -> str:
    """Render why two runs differ."""
    return to_html(why_detail(found))
