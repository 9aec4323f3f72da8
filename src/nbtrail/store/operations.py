"""What can be written: one builder per operation.

An operation is plain data that can be replayed: applying it twice leaves what applying
it once does. That is how a rescue file brings back what could not be written.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nbtrail.entities.identity import new_id
from nbtrail.store.liveness import this_owner

if TYPE_CHECKING:  # who has a record to store has loaded its class
    from nbtrail.entities.cell import CellExecution
    from nbtrail.entities.dataset import DatasetUse
    from nbtrail.entities.episode import Episode
    from nbtrail.entities.model import AliasMove, Artifact, ModelRecord, ModelVersion
    from nbtrail.entities.pipeline import Manifest
    from nbtrail.entities.provenance import (
        CodeVersion,
        Environment,
        ModuleSource,
        Resources,
        Session,
        StartState,
    )
    from nbtrail.entities.run import (
        Amendment,
        Direction,
        Mark,
        Metric,
        MetricPoint,
        Param,
        Run,
        RunSpan,
        RunStatus,
    )

__all__ = [
    "Operation",
    "amend",
    "delete_run",
    "describe_model",
    "drop_model_files",
    "end_run",
    "end_session",
    "log_artifact",
    "log_datasets",
    "log_metrics",
    "log_params",
    "move_alias",
    "put_episode",
    "put_export",
    "put_model",
    "put_module",
    "put_span",
    "record_cell",
    "register_version",
    "rename_run",
    "restore_run",
    "resume_run",
    "set_code",
    "set_environment",
    "set_main_metric",
    "set_marks",
    "set_note",
    "set_resources",
    "set_session_notebook",
    "set_start_state",
    "set_tags",
    "start_run",
    "start_session",
]


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of the store.

    Attributes
    ----------
    kind : str
        Name of the function in `store.apply` that does it.
    args : tuple
        Its arguments after the connection: entities and scalars.
    durable : bool
        The commit that holds it reaches the disk at once; the others within a second.
    replay : bool
        False for a change that must not happen later than it was asked for.
    """

    kind: str
    args: tuple[Any, ...]
    durable: bool = False
    replay: bool = True


class _Sequence:
    """Numbers for metric points: growing with time, unique across processes.

    The upper bits count microseconds, the lower 12 are random per process.
    """

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._last = 0

    def take(self, count: int) -> int:
        """Reserve `count` numbers and return the first."""
        with self._mutex:
            start = max(self._last, (time.time_ns() // 1000) & ((1 << 51) - 1))
            self._last = start + count
        return start << 12 | int(this_owner().token[:3], 16)


STRIDE = 1 << 12
"""Distance between the numbers of two neighbouring points."""

_sequence = _Sequence()


def start_session(session: Session) -> Operation:
    """Begin a session: a kernel or a plain process."""
    return Operation("start_session", (session, this_owner()), durable=True)


def end_session(session_id: str, ended_ms: int) -> Operation:
    """End a session in an orderly way."""
    return Operation("end_session", (session_id, ended_ms), durable=True)


def set_session_notebook(session_id: str, notebook: str) -> Operation:
    """Say which notebook a session runs: found late, or renamed. Its runs' source follows."""
    return Operation("set_session_notebook", (session_id, notebook))


def record_cell(cell: CellExecution) -> Operation:
    """Record one execution of a cell; a second state of the same one replaces the first."""
    return Operation("record_cell", (cell,))


def put_episode(episode: Episode) -> Operation:
    """Record a training episode of the light history, or its new state."""
    return Operation("put_episode", (episode,))


def start_run(run: Run) -> Operation:
    """Begin a run, with everything that `run` already holds."""
    first = _sequence.take(len(run.metrics))
    return Operation("start_run", (run, this_owner(), first), durable=True)


def resume_run(run_id: str) -> Operation:
    """Make an ended run RUNNING again, owned by this process."""
    return Operation("resume_run", (run_id, this_owner()), durable=True)


def put_module(session_id: str, module: ModuleSource, source: str) -> Operation:
    """Record the source of a project's module as it was loaded."""
    return Operation("put_module", (session_id, module, source))


def put_span(run_id: str, span: RunSpan) -> Operation:
    """Record the cells of a session during which a run is open, or how far it has come."""
    return Operation("put_span", (run_id, span))


def log_params(
    run_id: str, params: Sequence[Param], *, amended: bool = False, user: str = ""
) -> Operation:
    """Set params.

    Parameters
    ----------
    amended : bool
        Another value under a known key is a correction of `user`'s, and noted as such.
    """
    at_ms = time.time_ns() // 1_000_000 if amended else 0
    return Operation("log_params", (run_id, tuple(params), at_ms, user), durable=True)


def amend(run_id: str, amendment: Amendment) -> Operation:
    """Note that a value was changed after it had been logged."""
    return Operation("amend", (run_id, amendment), durable=True)


def log_metrics(
    run_id: str, points: Sequence[MetricPoint], infos: Sequence[Metric] = ()
) -> Operation:
    """Add points of metrics, and how the metrics came about.

    An info whose metric has no point yet, neither here nor in the store, gives its
    last value as one.
    """
    first = _sequence.take(len(points) + len(infos))
    return Operation("log_metrics", (run_id, tuple(points), tuple(infos), first))


def set_tags(run_id: str, tags: Mapping[str, str | None]) -> Operation:
    """Set tags; other tags stay, an empty value stays a value, None takes the tag away."""
    return Operation("set_tags", (run_id, dict(tags)))


def set_note(run_id: str, note: str) -> Operation:
    """Replace the note."""
    return Operation("set_note", (run_id, note))


def log_datasets(run_id: str, uses: Sequence[DatasetUse]) -> Operation:
    """Add datasets that the run used."""
    return Operation("log_datasets", (run_id, tuple(uses)))


def log_artifact(run_id: str, artifact: Artifact) -> Operation:
    """Add a file whose bytes are in the object store already."""
    return Operation("log_artifact", (run_id, artifact), durable=True)


def put_model(run_id: str, model: ModelRecord) -> Operation:
    """Add a model, or replace its state by the new one."""
    return Operation("put_model", (run_id, model), durable=True)


def drop_model_files(model_id: str, problem: str) -> Operation:
    """Forget the files of a model; the result are the objects that nothing refers to now."""
    return Operation("drop_model_files", (model_id, problem), durable=True, replay=False)


def set_code(run_id: str, code: CodeVersion) -> Operation:
    """Set the git state of a run."""
    return Operation("set_code", (run_id, code))


def set_environment(run_id: str, environment: Environment) -> Operation:
    """Set the environment of a run."""
    return Operation("set_environment", (run_id, environment))


def set_start_state(run_id: str, start: StartState) -> Operation:
    """Set threads, seeds and state of the generators at the start of a run."""
    return Operation("set_start_state", (run_id, start))


def set_resources(run_id: str, resources: Resources) -> Operation:
    """Set what a run took."""
    return Operation("set_resources", (run_id, resources))


def set_marks(run_id: str, marks: Sequence[Mark]) -> Operation:
    """Replace the honesty marks of a run."""
    return Operation("set_marks", (run_id, tuple(marks)))


def end_run(
    run_id: str, status: RunStatus, reason: str, ended_ms: int, last_cell: int = -1
) -> Operation:
    """End a run; `last_cell` -1 leaves the recorded one."""
    return Operation("end_run", (run_id, status, reason, ended_ms, last_cell), durable=True)


def rename_run(run_id: str, name: str) -> Operation:
    """Give a run another name."""
    return Operation("rename_run", (run_id, name))


def delete_run(run_id: str) -> Operation:
    """Put a run into the trash."""
    return Operation("mark_deleted", (run_id, time.time_ns() // 1_000_000), durable=True)


def restore_run(run_id: str) -> Operation:
    """Take a run out of the trash."""
    return Operation("mark_deleted", (run_id, 0), durable=True)


def set_main_metric(experiment: str, key: str, direction: Direction) -> Operation:
    """Say by which metric an experiment's runs are ranked, and which end is good."""
    return Operation("set_main_metric", (experiment, key, direction), durable=True)


def register_version(version: ModelVersion) -> Operation:
    """Register a model; `version.version` is ignored.

    The result is the number of the version: the existing one when that model is
    registered under that name already.
    """
    return Operation("register_version", (version,), durable=True, replay=False)


def set_model_tags(name: str, version: int, tags: Mapping[str, str | None]) -> Operation:
    """Set tags of a version, or of the model as a whole (version 0); None removes one."""
    return Operation("set_model_tags", (name, version, dict(tags)), durable=True, replay=False)


def describe_model(name: str, description: str) -> Operation:
    """Set the description of a registered model."""
    return Operation("describe_model", (name, description), durable=True, replay=False)


def move_alias(move: AliasMove, expected: int | None = None) -> Operation:
    """Move an alias and write it into the history.

    The result is the move as it happened. Its ``from_version`` is read in the same
    transaction.

    Parameters
    ----------
    move : AliasMove
        ``to_version`` None removes the alias; ``from_version`` is ignored.
    expected : int, optional
        Version at which the alias was when this was decided: the move is refused with
        RegistryError when it no longer is. 0 stands for "did not exist", None for any.
    """
    return Operation("move_alias", (move, new_id(), expected), durable=True, replay=False)


def put_export(run_id: str, folder: str, manifest: Manifest) -> Operation:
    """Record an exported pipeline."""
    return Operation("put_export", (run_id, folder, manifest), durable=True)
