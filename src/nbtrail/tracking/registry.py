"""Registered models: promote a run's model, move aliases, move them back."""

from __future__ import annotations

import getpass
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from nbtrail.config import load_settings
from nbtrail.entities.gate import Gate, refused
from nbtrail.entities.model import (
    ROLLED_BACK,
    AliasMove,
    ModelRecord,
    ModelVersion,
    version_before,
)
from nbtrail.entities.run import Lifecycle, Run, RunStatus
from nbtrail.exceptions import GateError, NotFoundError, RegistryError, UsageError
from nbtrail.store import operations
from nbtrail.store.liveness import now_ms
from nbtrail.store.store import Store
from nbtrail.tracking.gates import ask_gates, gate_rules, main_score

__all__ = [
    "check_gates",
    "describe_model",
    "parse_target",
    "promote",
    "rollback",
    "set_model_tags",
]

_LONGEST: Final = 255
_NAME = re.compile(r"[\w.-]+")
_ALIAS = re.compile(r"[\w-]+")
_RESERVED = re.compile(r"latest|v\d+", re.IGNORECASE)


def promote(
    store: Store,
    run_id: str,
    target: str,
    *,
    force: bool = False,
    reason: str = "",
    model: str = "",
    expected: int | None = None,
    **rules: Any,
) -> ModelVersion:
    """Make a run's model a version of a registered model, and move an alias to it.

    Promoting the same model again gives the version it has.

    Parameters
    ----------
    store : Store
    run_id : str
        Whole id of a finished run.
    target : str
        ``name@alias``, or ``name`` for a version without an alias.
    force : bool
        Go on although a gate refuses; version and history of the alias say so, with what
        each gate found.
    reason : str
        Why, for the history.
    model : str
        Which one, when the run has several: the name of its variable.
    expected : int, optional
        The version that the alias named when the decision was made, 0 for none.
    **rules
        ``min_metric``, ``max_drop``, ``verdict``, ``max_overlap`` for this time, in the place
        of the project's; see `tracking.gates.gate_rules`.

    Raises
    ------
    UsageError
        When the target can't be a name, or a rule has no such value.
    NotFoundError
        When there is no such run.
    RegistryError
        When the run has no model that could be promoted, or the alias does not name the
        `expected` version any more.
    GateError
        When a gate refuses.
    """
    name, alias = parse_target(target)
    run = store.reader.run(run_id)
    record = _promotable(run, model)
    score = main_score(run)
    holder = _holder(store, name, alias)
    _check_still(name, alias, holder.version if holder else 0, expected)
    gates = _ask(store, run, record, holder, rules)
    against = refused(gates)
    if against and not force:
        raise GateError(_refusal(run, target, against), tuple(map(_sentence, against)))
    moment, user = now_ms(), _user()
    version = ModelVersion(
        name=name,
        version=0,
        run_id=run.run_id,
        model_id=record.model_id,
        created_ms=moment,
        user=user,
        comment=reason,
        metric="" if score is None else score.key,
        metric_value=None if score is None else score.value,
        gates=gates,
    )
    number = int(store.call(operations.register_version(version)))
    if alias:
        past = (f"forced past {gate.name.value}: {gate.found}" for gate in against)
        why = "; ".join(filter(None, [reason, *past]))
        move = AliasMove(name, alias, None, number, moment, user, why, bool(against), gates)
        store.call(operations.move_alias(move, expected=holder.version if holder else 0))
    return store.reader.model_version(f"{name}/{number}")


def check_gates(
    store: Store, run_id: str, target: str, *, model: str = "", **rules: Any
) -> tuple[Gate, ...]:
    """Return what each gate would say about a promotion; nothing is changed.

    Parameters and errors are those of `promote`, but for `GateError`.
    """
    name, alias = parse_target(target)
    run = store.reader.run(run_id)
    return _ask(store, run, _promotable(run, model), _holder(store, name, alias), rules)


def set_model_tags(store: Store, ref: str, tags: Mapping[str, str | None]) -> None:
    """Set tags of a version (``fraud/3``, ``fraud@champion``) or of a whole model (``fraud``).

    Parameters
    ----------
    tags : mapping of str to str or None
        None removes a tag.

    Raises
    ------
    NotFoundError
        When there is no such model, version or alias.
    UsageError
        When a tag has no name.
    """
    if not all(isinstance(key, str) and key.strip() for key in tags):
        raise UsageError(f"A tag needs a name (a text that is not empty), but got {list(tags)!r}.")
    plain = ref.removeprefix("models:/")
    if {"/", "@"} & set(plain):
        version = store.reader.model_version(plain)
        name, number = version.name, version.version
    else:
        name, number = store.reader.model(plain).name, 0
    store.call(operations.set_model_tags(name, number, tags))


def describe_model(store: Store, name: str, description: str) -> None:
    """Say what a registered model is for.

    Raises
    ------
    NotFoundError
        When there is no such model.
    """
    store.call(operations.describe_model(store.reader.model(name).name, description))


def rollback(
    store: Store, name: str, alias: str, *, reason: str = "", expected: int | None = None
) -> ModelVersion:
    """Move an alias back to the version it named before; no gate is asked.

    Called again, it goes one further back.

    Parameters
    ----------
    reason : str
        Why, for the history.
    expected : int, optional
        The version that the alias named when the decision was made.

    Raises
    ------
    NotFoundError
        When there is no such model or alias.
    RegistryError
        When the alias never named another version, or not the `expected` one any more.
    """
    present = store.reader.model_version(f"{name}@{alias}")
    _check_still(name, alias, present.version, expected)
    before = version_before(store.reader.alias_history(name), alias)
    if before is None:
        raise RegistryError(
            f"{name}@{alias} named no other version before version {present.version}, so there is "
            f"nothing to go back to. Its history: nbtrail models {name}"
        )
    why = f"{ROLLED_BACK} {present.version}" + (f": {reason}" if reason else "")
    move = AliasMove(name, alias, None, before, now_ms(), _user(), why)
    store.call(operations.move_alias(move, expected=present.version))
    return store.reader.model_version(f"{name}/{before}")


def parse_target(target: str) -> tuple[str, str]:
    """Split ``name@alias`` into its parts; the alias is "" when there is none.

    Raises
    ------
    UsageError
        When one of them can't be a name.
    """
    name, at, alias = target.strip().partition("@")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST or not name.strip("."):
        raise UsageError(
            f"{name!r} can't be the name of a model. Use letters, digits, `_`, `-` and `.`, at most "
            f"{_LONGEST} of them, for instance: fraud@champion"
        )
    if not at:
        return name, ""
    if not _ALIAS.fullmatch(alias) or len(alias) > _LONGEST:
        raise UsageError(
            f"{alias!r} can't be an alias. Use letters, digits, `_` and `-`, at most {_LONGEST} of "
            f"them, for instance: {name}@champion"
        )
    if _RESERVED.fullmatch(alias):
        raise UsageError(
            f"The alias {alias!r} is reserved: a version is named by its number ({name}/3), the "
            f"newest by the name alone. Choose another one, for instance: {name}@champion"
        )
    return name, alias


def _promotable(run: Run, wanted: str) -> ModelRecord:
    """Return the one model of a run that can be promoted."""
    if run.lifecycle is Lifecycle.DELETED:
        raise RegistryError(f"Run {run.name!r} is in the trash. Restore it, then promote it.")
    if run.status is not RunStatus.FINISHED:
        detail = f" ({run.reason})" if run.reason else ""
        advice = "Wait for its end" if run.status is RunStatus.RUNNING else "Run it to its end"
        raise RegistryError(
            f"Run {run.name!r} is {run.status.value}{detail}; only a FINISHED run can be promoted. "
            f"{advice}, then promote it."
        )
    if not run.models:
        raise RegistryError(
            f"Run {run.name!r} has no model, so there is nothing to promote. Fit one in the "
            "tracked cell, or add it with: %track model NAME"
        )
    record = _chosen(run, [m for m in run.models if not wanted or m.name == wanted], wanted)
    if record.status == "pending":
        raise RegistryError(
            f"The file of model {record.name!r} of run {run.name!r} is still being written. "
            "Try again in a moment; when its process was killed meanwhile, run the cell again."
        )
    if record.status != "ready":
        raise RegistryError(
            f"Model {record.name!r} of run {run.name!r} has no file ({record.status}: "
            f"{record.problem or 'no reason was recorded'}). Rebuild it by its pipeline: "
            f"%track export {run.run_id[:12]} -o DIR"
        )
    return record


def _chosen(run: Run, models: Sequence[ModelRecord], wanted: str) -> ModelRecord:
    names = ", ".join(dict.fromkeys(model.name for model in run.models))
    if not models:
        raise NotFoundError(f"Run {run.name!r} has no model {wanted!r}. It has: {names}.")
    # a fit repeated on one variable leaves the last state as the one people mean
    latest = {model.name: model for model in models}
    ready = [model for model in latest.values() if model.status == "ready"]
    if len(ready) > 1:
        raise RegistryError(
            f"Run {run.name!r} has several models: {names}. Say which one: "
            f"nbtrail promote {run.run_id[:12]} MODEL@ALIAS --model {ready[-1].name}"
        )
    return ready[0] if ready else list(latest.values())[-1]


def _ask(
    store: Store,
    run: Run,
    record: ModelRecord,
    holder: ModelVersion | None,
    rules: Mapping[str, Any],
) -> tuple[Gate, ...]:
    changes = holder is not None and holder.model_id != record.model_id
    return ask_gates(
        run,
        gate_rules(load_settings(store.project), **rules),
        holder=holder if changes else None,
        holder_run=_run_of(store, holder) if changes else None,
        exports=store.reader.exports(run.run_id),
    )


def _holder(store: Store, name: str, alias: str) -> ModelVersion | None:
    if not alias:
        return None
    try:
        return store.reader.model_version(f"{name}@{alias}")
    except NotFoundError:
        return None


def _check_still(name: str, alias: str, present: int, expected: int | None) -> None:
    if expected is not None and alias and present != expected:
        now = f"names version {present}" if present else "names no version"
        raise RegistryError(
            f"{name}@{alias} was moved meanwhile: it {now} now. Nothing was changed. Look at it "
            "again and decide anew."
        )


def _run_of(store: Store, version: ModelVersion | None) -> Run | None:
    if version is None:
        return None
    try:
        return store.reader.run(version.run_id)
    except NotFoundError:
        return None


def _refusal(run: Run, target: str, against: Sequence[Gate]) -> str:
    gates = "gate" if len(against) == 1 else "gates"
    remedies = dict.fromkeys(gate.remedy for gate in against)
    return (
        f"Run {run.name!r} was not promoted to {target}: {len(against)} {gates} refused. "
        + "; ".join(map(_sentence, against))
        + f". What to do: {'; '.join(remedies)}; or go on with --force (it is recorded)."
    )


def _sentence(gate: Gate) -> str:
    return f"{gate.name.value}: {gate.found}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""
