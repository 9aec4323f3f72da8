"""Runs into the trash and out of it again; nothing is lost until it is purged."""

from __future__ import annotations

from nbtrail.entities.run import RunStatus
from nbtrail.exceptions import NotFoundError, UsageError
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["delete_run", "find_deleted", "restore_run"]

_SHOWN = 6


def delete_run(store: Store, run_id: str) -> int:
    """Put a run with all that stand below it into the trash; return how many went there.

    Raises
    ------
    UsageError
        When it is still open.
    """
    run = store.reader.run(run_id)
    if run.status is RunStatus.RUNNING:
        raise UsageError(f"Run {run.name} is still open. End it first; nothing was deleted.")
    family = store.reader.family(run_id)
    for member in family:
        store.call(operations.delete_run(member))
    return len(family)


def restore_run(store: Store, run_id: str) -> int:
    """Take a run with all that stand below it out of the trash; return how many came back.

    Raises
    ------
    NotFoundError
        When there is no such run, in the trash or elsewhere.
    """
    store.reader.run(run_id)
    family = store.reader.family(run_id)
    for member in family:
        store.call(operations.restore_run(member))
    return len(family)


def find_deleted(store: Store, ref: str) -> str:
    """Return the id of the run in the trash that `ref` names: by its name, or its id's beginning.

    Raises
    ------
    NotFoundError
        When it names none, or several.
    """
    table = store.reader.runs(deleted=True)
    both = list(zip(table.run_id, table.name, strict=True))
    named = [run_id for run_id, name in both if name == ref]
    found = named or [i for i, _ in both if len(ref) >= 4 and i.startswith(ref.lower())]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(found[:_SHOWN])
        raise NotFoundError(f"{ref!r} names {len(found)} runs in the trash: {ids}. Type an id.")
    names = ", ".join(name for _, name in both[:_SHOWN]) or "it is empty"
    raise NotFoundError(f"There is no run {ref!r} in the trash ({names}).")
