"""The tables of a trail and what tells their rows apart, for everything that copies rows.

Integer keys hold in one database only. Between two databases a row is known by its `key`,
in which a link to another table stands for the row that it leads to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

__all__ = ["CONTENTS", "REGISTRY", "RUNS", "RUN_PARTS", "TABLES", "Table"]


@dataclass(frozen=True, slots=True)
class Table:
    """How the rows of a table go from one trail into another.

    Attributes
    ----------
    name : str
    key : tuple of str
        Columns by which a row is the same one in every trail.
    number : str
        Integer key that holds in one database only; empty when there is none.
    links : mapping of str to str
        Columns that hold such a number of another table, which has to come first.
    newer : str
        When a row that is there already gives way: a condition on ``here`` and ``excluded``.
    """

    name: str
    key: tuple[str, ...]
    number: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    newer: str = ""


_OF_RUN: Final = {"run": "runs"}

CONTENTS: Final = (
    Table("environments", ("digest",)),
    Table("owners", ("token",), newer="excluded.heartbeat_ms > here.heartbeat_ms"),
    Table(
        "experiments",
        ("name",),
        "experiment_id",
        newer="here.main_metric = '' AND excluded.main_metric != ''",
    ),
    Table("sessions", ("session_id",), newer="here.ended_ms IS NULL AND excluded.ended_ms > 0"),
    Table(
        "cells",
        ("session_id", "seq"),
        newer="here.status = 'running' AND excluded.status != 'running'",
    ),
    Table("written_files", ("path", "content", "session_id", "seq", "statement")),
    Table("sources", ("sha256",)),
    Table("module_loads", ("session_id", "cell_seq", "name")),
    Table("episodes", ("episode_id",)),
    Table(
        "datasets",
        ("content", "schema", "coverage", "kind", "rows", "columns", "shape"),
        "dataset_id",
        newer="here.profile IS NULL AND excluded.profile IS NOT NULL",
    ),
)
"""What runs refer to."""

RUNS: Final = Table("runs", ("run_id",), "id", {"experiment_id": "experiments"})

RUN_PARTS: Final = (
    Table("run_spans", ("run", "session_id", "first_cell"), links=_OF_RUN),
    Table("amendments", ("run", "kind", "key", "before", "after", "at_ms"), "id", _OF_RUN),
    Table("params", ("run", "key"), links=_OF_RUN),
    Table("metrics", ("run", "key"), "metric_id", _OF_RUN),
    Table("metric_points", ("metric_id", "seq"), links={"metric_id": "metrics"}),
    Table("metric_chunks", ("metric_id", "first_seq"), links={"metric_id": "metrics"}),
    Table("tags", ("run", "key"), links=_OF_RUN),
    Table("marks", ("run", "position"), links=_OF_RUN),
    Table(
        "dataset_uses",
        ("run", "dataset_id", "name", "context", "seen", "source"),
        "use_id",
        {"run": "runs", "dataset_id": "datasets"},
    ),
    Table("artifacts", ("run", "path"), links=_OF_RUN),
    Table("models", ("model_id",), "id", _OF_RUN),
    Table("exports", ("run", "folder", "manifest"), "id", _OF_RUN),
)
"""What is a part of a run: copied with it as a whole, gone with it."""

REGISTRY: Final = (
    Table("registered_models", ("name",)),
    Table("model_versions", ("name", "model_id")),
    Table("model_tags", ("name", "version", "key")),
    Table("aliases", ("name", "alias")),
    Table("alias_moves", ("move_id",), "id"),
)
"""Numbers of versions differ between trails: `store.versions` brings these over."""

TABLES: Final = (*CONTENTS, RUNS, *RUN_PARTS, *REGISTRY)
