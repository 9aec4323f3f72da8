"""Write model files in the background, from a snapshot that a refit can't touch."""

from __future__ import annotations

import io
import pickle
import queue
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.capture.guard import describe
from nbtrail.entities.model import Artifact, ModelRecord, Signature
from nbtrail.exceptions import ModelError
from nbtrail.foreground import foreground
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.redaction import redacted_text

if TYPE_CHECKING:
    from nbtrail.flavors import SavingProcess

__all__ = ["ModelSaver"]

_IDLE_S = 60.0
_EXAMPLES = ("input_example.json", "v2_request.json")  # rows of the user: no secrets go along


@dataclass(slots=True)
class _Job:
    run_id: str
    record: ModelRecord
    snapshot: bytes
    example: Any
    limit_bytes: int
    allow_pickle: bool
    digested: Callable[[str], None]


class ModelSaver:
    """One thread that turns snapshots into model folders of the object store.

    Parameters
    ----------
    saved : callable
        Gets the run's id after each model, in that thread.

    The snapshot is a pickle that never leaves this process's memory: the only way to
    copy a fitted estimator exactly and quickly. What is stored is written by a flavor.
    """

    def __init__(self, store: Store, saved: Callable[[str], None] = lambda _run: None) -> None:
        self._store = store
        self._saved = saved
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._idle = threading.Event()
        self._idle.set()
        self._process: SavingProcess | None = None
        self._open = 0
        self._lock = threading.Lock()

    def save(
        self,
        run_id: str,
        record: ModelRecord,
        model: Any,
        *,
        example: Any = None,
        limit_mb: int = 200,
        allow_pickle: bool = False,
        digested: Callable[[str], None] = lambda _digest: None,
    ) -> None:
        """Snapshot `model` now and write its files soon.

        Parameters
        ----------
        allow_pickle : bool
            Keep a pickle, marked as unsafe, when there is no safe format for it.
        digested : callable
            Gets the canonical digest of the fitted state, from the background thread.
        """
        self._store.submit(operations.put_model(run_id, record))
        try:
            stream = io.BytesIO()
            pickle.Pickler(stream, protocol=5).dump(model)
            snapshot = stream.getvalue()
        except Exception as error:
            problem = f"it can't be copied ({describe(error)}); rebuild by its pipeline"
            self._finish(run_id, replace(record, status="not-kept", problem=problem[:500]))
            return
        with self._lock:
            self._open += 1
            self._idle.clear()
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="nbtrail-models", daemon=True
                )
                self._thread.start()
        self._jobs.put(
            _Job(run_id, record, snapshot, example, limit_mb << 20, allow_pickle, digested)
        )

    def wait(self, timeout_s: float) -> bool:
        """Wait until everything is written; False when the time ran out."""
        return self._idle.wait(timeout_s)

    def close(self, timeout_s: float) -> None:
        """Wait as `wait` does, and end the thread and its process."""
        self.wait(timeout_s)
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._jobs.put(None)

    def _work(self) -> None:
        while True:
            try:
                job = self._jobs.get(timeout=_IDLE_S)
            except queue.Empty:
                if self._process is not None:
                    self._process.close()  # it holds as much memory as a small notebook
                continue
            if job is None:
                if self._process is not None:
                    self._process.close()
                return
            foreground.give_way()
            try:
                self._write(job)
                self._saved(job.run_id)
            except Exception as error:
                problem = describe(error)
                self._finish(job.run_id, replace(job.record, status="failed", problem=problem))
            finally:
                with self._lock:
                    self._open -= 1
                    if self._open == 0:
                        self._idle.set()

    def _outside(self) -> SavingProcess:
        from nbtrail.flavors import SavingProcess

        self._process = self._process or SavingProcess()
        return self._process

    def _write(self, job: _Job) -> None:
        from nbtrail.fingerprint.estimators import digest_estimator

        model = pickle.loads(job.snapshot)  # noqa: S301  (made by us, in this process)
        foreground.give_way()
        record = replace(job.record, digest=digest_estimator(model))
        job.digested(record.digest)
        size = len(job.snapshot)
        if size > job.limit_bytes:
            problem = (
                f"it is larger ({size >> 20} MB) than model_max_mb ({job.limit_bytes >> 20}); "
                "rebuild by its pipeline"
            )
            self._finish(job.run_id, replace(record, status="not-kept", problem=problem))
            return
        foreground.give_way()
        with tempfile.TemporaryDirectory(prefix="nbtrail-") as temporary:
            folder = Path(temporary) / "model"
            flavor, signature = self._save(job, folder)
            for file in sorted(f for f in folder.rglob("*") if f.is_file()):
                if file.name in _EXAMPLES and redacted_text(text := file.read_text()) != text:
                    continue
                sha256, length = self._store.objects.put_file(file)
                path = f"{record.path}/{file.relative_to(folder).as_posix()}"
                self._store.submit(
                    operations.log_artifact(job.run_id, Artifact(path, sha256, length))
                )
        self._finish(
            job.run_id,
            replace(record, status="ready", flavor=flavor, signature=signature),
        )

    def _save(self, job: _Job, folder: Path) -> tuple[str, Signature | None]:
        """Write a model's files; return flavor and signature."""
        from nbtrail.flavors import DESCRIPTION, PICKLE, save_pickle

        kind = job.record.class_name
        try:
            files = self._outside().save(job.snapshot, folder, job.example, kind.rpartition(".")[2])
        except ModelError:
            if not job.allow_pickle:
                raise
            save_pickle(job.snapshot, kind, folder, DESCRIPTION)
            return PICKLE, None
        return files.flavor, files.signature

    def _finish(self, run_id: str, record: ModelRecord) -> None:
        self._store.submit(operations.put_model(run_id, record))
