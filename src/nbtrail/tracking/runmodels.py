"""The models of runs: a record for each, and its file as long as it is worth it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from nbtrail.capture.fittedstate import changed_since
from nbtrail.capture.hyperparams import class_name
from nbtrail.capture.training import Training
from nbtrail.config import Settings
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import ModelRecord
from nbtrail.entities.run import Mark, MarkKind
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.growth import Growth
from nbtrail.tracking.modelsaver import ModelSaver

__all__ = ["RunModels"]

_ODD = re.compile(r"[^\w.-]+")
_LONGEST = 100  # characters of a folder's name

_REFITTED = "the same object was fitted again before the cell ended; rebuild by its pipeline"
_GONE = "nothing held it any more when its run was made; rebuild by its pipeline"


class RunModels:
    """Keeps models of runs.

    Parameters
    ----------
    store : Store
    settings : Settings
    experiment_of : callable
        Id of a run of this session to the name of its experiment, or an empty text.
    digested : callable
        Takes a training whose model was digested.
    """

    def __init__(
        self,
        store: Store,
        settings: Settings,
        experiment_of: Callable[[str], str],
        digested: Callable[[Training], None],
    ) -> None:
        self._store = store
        self._limit_mb = settings.model_max_mb
        self._experiment_of = experiment_of
        self._digested = digested
        self._saver = ModelSaver(store, self._trim)
        self._growth = Growth(store, settings.models_kept)
        self._names: dict[str, int] = {}
        self._taken: set[tuple[str, int]] = set()

    def wait(self, timeout_s: float) -> bool:
        """Wait until every file is written; False when the time ran out."""
        return self._saver.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Wait for the files, and end the thread that writes them."""
        self._saver.close(timeout_s)

    def save(
        self,
        run_id: str,
        model: Any,
        name: str,
        variable: str,
        *,
        example: Any = None,
        allow_pickle: bool = False,
        of: Training | None = None,
    ) -> str:
        """Keep a model with a run and return its id; its file is written in the background."""
        # a name is any text, a folder of a run is one that every system takes
        plain = _ODD.sub("_", name).strip(".")[:_LONGEST] or "model"
        taken = self._names.get(f"{run_id}/{plain}", 0) + 1
        self._names[f"{run_id}/{plain}"] = taken
        folder = plain if taken == 1 else f"{plain}-{taken}"
        record = ModelRecord(
            f"m-{new_id()}",
            name,
            class_name(model),
            digest="",
            path=f"models/{folder}",
            variable=variable,
        )

        def digested(text: str) -> None:
            if of is not None:
                of.model_digest = text
                self._digested(of)

        self._saver.save(
            run_id,
            record,
            model,
            example=example,
            limit_mb=self._limit_mb,
            allow_pickle=allow_pickle,
            digested=digested,
        )
        return record.model_id

    def take(self, training: Training, run: ActiveRun) -> None:
        """Keep the model of a training, once for each of its fits."""
        if (training.episode_id, training.ended_ms) in self._taken:
            return
        self._taken.add((training.episode_id, training.ended_ms))
        model = training.alive()
        name = training.model_name or training.class_name.rpartition(".")[2]
        if model is None:
            self._without_file(training, name, _REFITTED if training.superseded else _GONE)
            return
        changed = changed_since(training.state, model)
        if changed:
            reason = (
                f"{name}.{', '.join(changed[:3])} was changed after the fit: the stored model is "
                "not the one that earlier metrics of the cell were computed with"
            )
            run.add_marks((Mark(MarkKind.HIDDEN_STATE, reason),))
        self.save(
            training.run_id,
            model,
            name,
            training.model_name,
            example=training.example,
            of=training,
        )

    def _without_file(self, training: Training, name: str, problem: str) -> None:
        record = ModelRecord(
            f"m-{new_id()}",
            name,
            training.class_name,
            digest=training.model_digest,
            path=f"models/{name}",
            variable=training.model_name,
            status="not-kept",
            problem=problem,
        )
        self._store.submit(operations.put_model(training.run_id, record))

    def _trim(self, run_id: str) -> None:
        experiment = self._experiment_of(run_id)
        if experiment:
            self._growth.trim(experiment)
