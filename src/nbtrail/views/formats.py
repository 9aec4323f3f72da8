"""Numbers, times and names as people read them; equal text only for equal values."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence

from nbtrail.entities.dataset import Coverage, Dataset
from nbtrail.entities.origin import FileOrigin
from nbtrail.entities.run import FOLDS, Metric, Run
from nbtrail.views.document import Span, Tone, code, faint

__all__ = [
    "commit_text",
    "count",
    "data_size",
    "digest_text",
    "duration",
    "extent",
    "moment",
    "number",
    "numbers",
    "on_training_data",
    "origin_text",
    "shortened",
    "shown_metrics",
    "size",
    "status_spans",
]

_DIGITS = 4
_MOST_DIGITS = 15  # beyond it, only `repr` tells floats apart

_ASIDE = ("mixed/", "baseline/", "other/", FOLDS)  # metrics that judge no model
_STATUS_TONES = {
    "FINISHED": Tone.GOOD,
    "RUNNING": Tone.BUSY,
    "FAILED": Tone.BAD,
    "KILLED": Tone.WARN,
}


def number(value: float | None) -> str:
    """Write one metric value: four decimals, or more where it is small."""
    return numbers([value])[0]


def numbers(values: Sequence[float | None]) -> list[str]:
    """Write values to be read one below or beside the other.

    All get the same number of decimals, and as many as it takes that no two values that
    differ look the same.
    """
    present = {v for v in values if v is not None and math.isfinite(v)}
    if all(v.is_integer() and abs(v) < 1e15 for v in map(float, present)):
        texts = {v: f"{v:.1f}" if abs(v) <= 1 else f"{v:.0f}" for v in present}
    else:
        texts = _told_apart(present)
    return ["—" if v is None else texts.get(v) or _special(v) for v in values]


def _told_apart(values: set[float]) -> dict[float, str]:
    nonzero = [abs(v) for v in values if v]
    fixed = bool(nonzero) and min(nonzero) >= 1e-3 and max(nonzero) < 1e7
    for digits in range(_DIGITS, _MOST_DIGITS + 1):
        texts = {v: f"{v:,.{digits}f}" if fixed else f"{v:.{digits}g}" for v in values}
        if len(set(texts.values())) == len(texts):
            return texts
    return {v: repr(v) for v in values}


def _special(value: float) -> str:
    return "NaN" if math.isnan(value) else "∞" if value > 0 else "-∞"


def duration(milliseconds: float | None) -> str:
    """Write a length of time with the unit that suits it; a dash when it is not over."""
    if milliseconds is None:
        return "—"
    if milliseconds < 1000:
        return f"{milliseconds:.0f} ms"
    if milliseconds < 59_950:
        return f"{milliseconds / 1000:.1f} s"
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    if minutes < 60:
        return f"{minutes} min {seconds} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def moment(milliseconds: int) -> str:
    """Write a time so that it stays true in a saved notebook: absolute, in UTC."""
    try:
        stamp = dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC)
    except (OverflowError, ValueError, OSError):  # no clock said that
        return f"{milliseconds:,} ms"
    return f"{stamp:%Y-%m-%d %H:%M} UTC"


def count(number_of: int, noun: str) -> str:
    """Write "1 param", "4 params"."""
    plural = noun if number_of == 1 else f"{noun}es" if noun.endswith("s") else f"{noun}s"
    return f"{number_of:,} {plural}"


def extent(kind: str, rows: int) -> str:
    """Write how many rows a dataset has, or bytes for a file."""
    return size(rows) if kind == "file" else count(rows, "row")


def data_size(dataset: Dataset) -> str:
    """Write how large a dataset is: rows and columns, shape, or bytes."""
    if dataset.kind == "file":
        return size(dataset.rows)
    if len(dataset.shape) > 1:
        return " × ".join(f"{side:,}" for side in dataset.shape)
    return f"{dataset.rows:,}" if dataset.rows >= 0 else "—"


def size(number_of: int) -> str:
    """Write a number of bytes with the unit that suits it."""
    amount = float(number_of)
    for unit in ("B", "kB", "MB"):
        if amount < 1000:
            return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"
        amount /= 1000
    return f"{amount:.1f} GB"


def digest_text(dataset: Dataset) -> tuple[Span, ...]:
    """Write the short content digest, and that it is a sample when it is."""
    sampled = dataset.digest.coverage is Coverage.SAMPLED
    short = code(dataset.digest.short())
    return (short, Span(" sampled", Tone.WARN)) if sampled else (short,)


def origin_text(origin: FileOrigin) -> str:
    """Return ``cell [3] of prepare.ipynb``."""
    number = f"[{origin.execution_count}]" if origin.execution_count else f"number {origin.seq + 1}"
    return f"cell {number} of {origin.notebook or 'session ' + origin.session_id[:8]}"


def shortened(text: str, most: int = 60) -> str:
    """Return the text on one line, cut with an ellipsis."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def status_spans(status: str, *, word: bool = True) -> tuple[Span, ...]:
    """Write a status as a coloured dot and its word."""
    dot = Span("●", _STATUS_TONES.get(status, Tone.FAINT))
    return (dot, Span(f" {status}")) if word else (dot,)


def commit_text(commit: str, *, dirty: bool | None) -> tuple[Span, ...]:
    """Write a short commit, and whether the tree had uncommitted changes."""
    if not commit:
        return (faint("no commit"),)
    short = code(commit[:7])
    if dirty is None:
        return (short, faint("+?"))  # git has not answered, so nothing is claimed
    return (short, Span("+dirty", Tone.WARN)) if dirty else (short,)


def shown_metrics(run: Run, most: int) -> list[Metric]:
    """Return the metrics that say most: the main one first, then tests before training."""
    main = run.experiment.main_metric

    def weight(metric: Metric) -> tuple[bool, bool, bool]:
        aside = metric.key.startswith(_ASIDE)
        return metric.key != main, aside, on_training_data(metric)

    return sorted(run.metrics, key=weight)[:most]


def on_training_data(metric: Metric) -> bool:
    """Say whether the metric was computed on what the model was fitted on."""
    return metric.role == "training" or metric.key.startswith("train/")
