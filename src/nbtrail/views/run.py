"""Everything about one run."""

from __future__ import annotations

from nbtrail.entities.dataset import Coverage
from nbtrail.entities.run import Run
from nbtrail.views.format import duration_text, number_text, size_text, time_text
from nbtrail.views.page import Section, html_page, status_colour, text_page
from nbtrail.views.table import Cell, Table

__all__ = ["html_run", "text_run"]


def html_run(run: Run) -> str:
    """Return a run's page as HTML."""
    return html_page(_title(run), status_colour(run.status), _facts(run), _sections(run))


def text_run(run: Run) -> str:
    """Return a run's page as text."""
    return text_page(_title(run), _facts(run), _sections(run))


def _title(run: Run) -> str:
    return f"{run.name}  {run.status.value}" + (f"  ({run.reason})" if run.reason else "")


def _facts(run: Run) -> list[str]:
    took = duration_text(run.ended_ms - run.started_ms) if run.ended_ms is not None else ""
    return [
        time_text(run.started_ms),
        f"took {took}" if took else "",
        f"experiment {run.experiment.name}",
        run.source,
        f"by {run.user}" if run.user else "",
        f"id {run.run_id}",
    ]


def _sections(run: Run) -> list[Section]:
    chosen = [p for p in run.params if not p.is_default]
    defaults = [p for p in run.params if p.is_default]
    return [
        Section("Marks", [f"{m.kind.value}: {m.reason}" for m in run.marks]),
        Section("Metrics", _metrics(run)),
        Section("Params", Table(("", "", ""), [(p.key, Cell(p.value, strong=True), Cell(p.origin, faint=True)) for p in chosen])),
        Section(f"{len(defaults)} params at their defaults", Table(("", ""), [(p.key, Cell(p.value, faint=True)) for p in defaults]), folded=True),
        Section("Data", _data(run)),
        Section("Models", Table(("model", "class", "file", "digest"), [(Cell(m.name, strong=True), m.class_name.rpartition(".")[2], m.status + (f": {m.problem}" if m.problem else ""), Cell(m.digest.partition(":")[2][:8], faint=True)) for m in run.models])),
        Section("Code", _code(run)),
        Section("Environment", _environment(run)),
        Section(f"{len(run.environment.packages) if run.environment else 0} packages", Table(("", ""), sorted(run.environment.packages.items()) if run.environment else ()), folded=True),
        Section("Artifacts", Table(("", "", ""), [(a.path, Cell(size_text(a.size), number=True), Cell(a.sha256[:8], faint=True)) for a in run.artifacts]), folded=len(run.artifacts) > 6),
        Section("Tags", Table(("", ""), sorted(run.tags.items()))),
        Section("Note", run.note.splitlines()),
    ]  # fmt: skip


def _metrics(run: Run) -> Table:
    main = run.experiment.main_metric
    rows = [
        [
            Cell(m.key, strong=m.key == main),
            Cell(number_text(m.last), number=True, strong=True, title=repr(m.last)),
            Cell(m.role, faint=True),
            Cell(m.origin, faint=True),
            Cell("guessed model" if m.link == "guess" else f"{m.count} values" * (m.count > 1), faint=True),
        ]
        for m in sorted(run.metrics, key=lambda m: m.key != main)
    ]  # fmt: skip
    return Table(("", "", "", "", ""), rows)


def _data(run: Run) -> Table:
    rows = []
    for use in run.datasets:
        data = use.dataset
        if data.kind == "file":
            shape = size_text(data.rows)
        else:
            shape = f"{data.rows} × {len(data.columns)}" if data.columns else str(data.rows)
        sampled = " sampled" if data.digest.coverage is Coverage.SAMPLED else ""
        rows.append(
            [
                Cell(use.name, strong=True),
                use.context.value,
                Cell(shape, number=True),
                Cell(data.digest.short() + sampled, faint=True, title=data.digest.content),
                Cell(use.seen.value, faint=True),
                Cell(use.source, faint=True),
            ]
        )
    return Table(("data", "used for", "size", "digest", "seen", "from"), rows)


def _code(run: Run) -> list[str]:
    lines = []
    if run.code is not None:
        branch = f" on {run.code.branch}" if run.code.branch else ""
        state = {True: "with uncommitted changes", False: "clean", None: "state unknown"}
        lines.append(f"commit {run.code.commit or '(none yet)'}{branch}, {state[run.code.dirty]}")
        lines += [f"changed: {path}" for path in run.code.changed[:10]]
        if len(run.code.changed) > 10:
            lines.append(f"and {len(run.code.changed) - 10} more")
    if run.last_cell >= 0:
        span = str(run.first_cell + 1)
        if run.last_cell != run.first_cell:
            span += f" to {run.last_cell + 1}"
        lines.append(f"cell execution {span} of its session")
    return lines


def _environment(run: Run) -> list[str]:
    environment = run.environment
    if environment is None:
        return []
    return [f"{environment.implementation} {environment.python} on {environment.platform}"]
