"""Reading a trail: entities for one run, a table for many."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from nbtrail.entities.cell import CellExecution
from nbtrail.entities.codec import loads
from nbtrail.entities.episode import Episode
from nbtrail.entities.model import AliasMove, ModelVersion, RegisteredModel
from nbtrail.entities.origin import FileOrigin
from nbtrail.entities.overview import ExportedPipeline, KnownKeys, SessionFits
from nbtrail.entities.pipeline import Manifest
from nbtrail.entities.provenance import ModuleSource, Session
from nbtrail.entities.run import Direction, Experiment, MetricPoint, Run
from nbtrail.entities.series import MetricSeries
from nbtrail.entities.table import RunCount, RunTable
from nbtrail.exceptions import NbtrailError, NotFoundError, StoreError
from nbtrail.fingerprint.forms import same_digest
from nbtrail.store import growth, overview, registered
from nbtrail.store.chunks import read_series
from nbtrail.store.connection import connect_reader
from nbtrail.store.origins import Reading, writer_of
from nbtrail.store.owners import lost_owners
from nbtrail.store.resolve import resolve
from nbtrail.store.rows import CELL_COLUMNS, cell_of, read_run
from nbtrail.store.search import group_runs, search
from nbtrail.store.transfer import with_children

__all__ = ["Reader"]

# what decoding raises on values that another hand has put into the database
_ODD_VALUES = (
    ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError,
    zlib.error, struct.error,
)  # fmt: skip


class Reader:
    """Short read-only connections to one database; every method is thread safe.

    All methods raise StoreError when the database can't be read.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def run(self, run_id: str) -> Run:
        """Return a run by its whole id, those in the trash too.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        with self._read() as db:
            return read_run(db, run_id, {owner.token: owner for owner in lost_owners(db)})

    def resolve(self, ref: str, *, experiment: str | None = None) -> str:
        """Return the id of the run that `ref` names.

        Parameters
        ----------
        ref : str
            Four or more digits of its id, its name, ``last``, ``last~2``, ``best``,
            ``best:auc``.
        experiment : str, optional
            Where ``last`` and ``best`` look: everywhere, and in the experiment of the
            newest run, when absent.

        Raises
        ------
        NotFoundError
            When it names none (with near misses) or several (with the matches).
        UsageError
            When the direction of a metric is not known.
        """
        with self._read() as db:
            return resolve(db, lost_owners(db), ref, experiment)

    def family(self, run_id: str) -> tuple[str, ...]:
        """Return the ids of a run and of all that stand below it."""
        with self._read() as db:
            return with_children(db, [run_id])

    def runs(
        self,
        *,
        query: str = "",
        also: str = "",
        experiment: str | Sequence[str] | None = None,
        source: str | None = None,
        order: str = "started",
        descending: bool = True,
        limit: int | None = None,
        offset: int = 0,
        deleted: bool = False,
        count: bool = True,
    ) -> RunTable:
        """Return the runs that match.

        Parameters
        ----------
        query : str
            Words that all must occur in name, experiment, params, tags, status or id;
            or clauses: ``metrics.auc > 0.9 and params.model = "rf"``. Candidates of
            searches are left out unless ``parent``, ``run_id`` or their tag is asked for.
        also : str
            A second query that must hold as well.
        experiment : str or sequence of str, optional
            Only runs of this one, or of these.
        source : str, optional
            Only runs of this notebook or script: its path relative to the project.
        order : str
            ``started``, ``ended``, ``duration``, ``name``, ``experiment``, ``status``,
            ``main`` (how good the main metric is), ``metrics.KEY`` or ``params.KEY``. All but
            ``main`` may be joined by commas and followed by ``asc`` or ``desc``, which goes
            before `descending`.
        limit, offset : int
            The page; the table's ``total`` counts all matches.
        deleted : bool
            Those in the trash instead.
        count : bool
            Whether to count all matches, which takes longer than finding a page of them.

        Raises
        ------
        UsageError
            When query or order can't be understood.
        """
        with self._read() as db:
            return search(
                db,
                lost_owners(db),
                query=query,
                also=also,
                experiment=experiment,
                source=source,
                order=order,
                descending=descending,
                limit=limit,
                offset=offset,
                deleted=deleted,
                count=count,
            )

    def groups(
        self, by: str, *, query: str = "", also: str = "", source: str | None = None
    ) -> tuple[RunCount, ...]:
        """Count the runs that match, the group of the newest run first.

        Parameters
        ----------
        by : str
            ``experiment`` or ``source``; empty for one group of all.
        query, also, source
            As for `runs`.

        Raises
        ------
        UsageError
            When the query can't be understood.
        """
        with self._read() as db:
            return group_runs(db, lost_owners(db), by=by, query=query, also=also, source=source)

    def keys(self) -> KnownKeys:
        """Return the keys that the latest runs have."""
        with self._read() as db:
            return overview.known_keys(db)

    def session_fits(self, notebook: str) -> SessionFits | None:
        """Return the fits of the session that runs a notebook, None without one."""
        with self._read() as db:
            return overview.session_fits(db, notebook)

    def pipelines(self, limit: int) -> tuple[ExportedPipeline, ...]:
        """Return the latest exported pipelines, newest first."""
        with self._read() as db:
            return overview.pipelines(db, limit)

    def previous(self, run: Run) -> str | None:
        """Return the id of the run's parent, else of the one before it, None for the first."""
        with self._read() as db:
            return overview.previous_run(db, run)

    def superfluous_models(self, experiment: str, best: int, before_ms: int) -> tuple[str, ...]:
        """Return the ids of models whose files an experiment can do without.

        Parameters
        ----------
        best : int
            How many of the best runs keep theirs.
        before_ms : int
            Runs that ended later keep theirs for now.
        """
        with self._read() as db:
            return growth.superfluous_models(db, experiment, best, before_ms)

    def is_used(self, sha256: str) -> bool:
        """Say whether a run refers to an object."""
        with self._read() as db:
            return growth.is_used(db, sha256)

    def history(self, run_id: str, key: str) -> tuple[MetricPoint, ...]:
        """Return all points of a metric as they were logged; empty when there are none."""
        return self.series(run_id, key).points()

    def series(self, run_id: str, key: str) -> MetricSeries:
        """Return all points of a metric as columns; empty ones when there are none."""
        with self._read() as db:
            row = db.execute(
                "SELECT metric_id FROM metrics JOIN runs r ON r.id = run "
                "WHERE r.run_id = ? AND key = ?",
                (run_id, key),
            ).fetchone()
            series = read_series(db, key, -1 if row is None else int(row[0]))
            if not len(series.steps) == len(series.timestamps_ms) == len(series.values):
                raise ValueError("a chunk of metric points with columns of different lengths")
            return series

    def cells(
        self, session_id: str, first: int = 0, last: int | None = None
    ) -> tuple[CellExecution, ...]:
        """Return the cell executions of a session from `first` to `last`, both included."""
        with self._read() as db:
            rows = db.execute(
                f"SELECT {CELL_COLUMNS} FROM cells WHERE session_id = ? AND seq >= ? "
                "AND (? IS NULL OR seq <= ?) ORDER BY seq",
                (session_id, first, last, last),
            )
            return tuple(cell_of(row) for row in rows)

    def modules(self, session_id: str, until: int) -> tuple[ModuleSource, ...]:
        """Return the project's modules as they were when cell `until` ran, by name."""
        with self._read() as db:
            rows = db.execute(
                "SELECT name, path, sha256, max(cell_seq) FROM module_loads "
                "WHERE session_id = ? AND cell_seq <= ? GROUP BY name ORDER BY name",
                (session_id, until),
            )
            return tuple(ModuleSource(*row) for row in rows)

    def module_sources(self, run: Run) -> tuple[tuple[ModuleSource, str], ...]:
        """Return the project's modules as they were when a run ended, with their sources."""
        if not run.session_id:
            return ()
        modules = self.modules(run.session_id, run.last_cell)
        return tuple((module, self.source(module.sha256)) for module in modules)

    def source(self, sha256: str) -> str:
        """Return the source of a module that was recorded.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        with self._read() as db:
            row = db.execute("SELECT body FROM sources WHERE sha256 = ?", (sha256,)).fetchone()
        if row is None:
            raise NotFoundError(f"There is no module source {sha256[:8]} in this trail.")
        return str(row[0])

    def writers(self, path: str, content: str) -> tuple[tuple[str, int, int], ...]:
        """Return who wrote this content to this file: session, cell and statement, latest last."""
        with self._read() as db:
            rows = db.execute(
                "SELECT w.session_id, w.seq, w.statement FROM written_files w "
                "LEFT JOIN sessions s USING (session_id) WHERE path = ? AND content = ? "
                "ORDER BY s.started_ms, w.seq, w.statement",
                (path, content),
            )
            return tuple(rows)

    def origin(self, path: str, content: str, reading: tuple[str, int]) -> FileOrigin | None:
        """Return the recorded cell that last wrote a file before it was read, if any did.

        Parameters
        ----------
        content : str
            Digest of what was read: the last writer of just that comes first.
        reading : tuple of (str, int)
            Session and position of the cell that read it.
        """
        with self._read() as db:
            row = writer_of(db, Reading(path, content, *reading))
        if row is None:
            return None
        session_id, seq, statement, count, notebook, written = row
        # digests by other samples, or of an older form, tell nothing
        changed = same_digest(written, content, file=True) is False
        return FileOrigin(
            path, content, session_id, seq, statement, count, notebook, changed=changed
        )

    def episodes(self, session_id: str | None = None) -> tuple[Episode, ...]:
        """Return the training episodes, of one session or all, oldest first."""
        with self._read() as db:
            rows = db.execute(
                "SELECT body FROM episodes WHERE ? IS NULL OR session_id = ? ORDER BY episode_id",
                (session_id, session_id),
            )
            return tuple(loads(Episode, body) for (body,) in rows)

    def session(self, session_id: str) -> Session:
        """Return a session.

        Raises
        ------
        NotFoundError
            When there is none.
        """
        with self._read() as db:
            row = db.execute(
                "SELECT session_id, started_ms, notebook, cwd, python, executable, host "
                "FROM sessions WHERE session_id = ?",
                (session_id,),
            ).fetchone()
        if row is None:
            raise NotFoundError(f"There is no session {session_id!r} in this trail.")
        return Session(*row)

    def experiments(self) -> tuple[Experiment, ...]:
        """Return the experiments by name."""
        with self._read() as db:
            rows = db.execute("SELECT name, main_metric, direction FROM experiments ORDER BY name")
            return tuple(
                Experiment(name, metric, None if direction is None else Direction(direction))
                for name, metric, direction in rows
            )

    def models(self) -> tuple[RegisteredModel, ...]:
        """Return the registered models by name."""
        with self._read() as db:
            return registered.models(db)

    def model(self, name: str) -> RegisteredModel:
        """Return a registered model.

        Raises
        ------
        NotFoundError
            When there is none of that name (lists near misses).
        """
        with self._read() as db:
            return registered.model(db, name)

    def model_version(self, ref: str) -> ModelVersion:
        """Return a version by ``name@alias``, ``name/3`` or ``name`` (the latest).

        Any of them may have ``models:/`` in front.

        Raises
        ------
        NotFoundError
            When there is no such model, version or alias.
        """
        with self._read() as db:
            return registered.version(db, ref)

    def alias_history(self, name: str) -> tuple[AliasMove, ...]:
        """Return every move of a model's aliases, oldest first."""
        with self._read() as db:
            return registered.history(db, name)

    def exports(self, run_id: str) -> tuple[Manifest, ...]:
        """Return the manifests of the pipelines exported from a run, oldest first."""
        with self._read() as db:
            rows = db.execute(
                "SELECT x.manifest FROM exports x JOIN runs r ON r.id = x.run "
                "WHERE r.run_id = ? ORDER BY x.id",
                (run_id,),
            )
            return tuple(loads(Manifest, text) for (text,) in rows)

    def data_version(self) -> int:
        """Return a number that changes whenever something that can be read here changes.

        It counts the dead owners of open runs too, since those change a run's
        effective status without a write.
        """
        with self._read() as db:
            (value,) = db.execute("SELECT value FROM meta WHERE key = 'data_version'").fetchone()
            return int(value) << 8 | len(lost_owners(db)) & 0xFF

    @contextmanager
    def _read(self) -> Iterator[sqlite3.Connection]:
        db = None
        try:
            db = connect_reader(self._path)
            db.execute("BEGIN")  # all statements see one state
            yield db
        except NbtrailError:
            raise
        except sqlite3.Error as error:
            raise StoreError(
                f"{self._path} can't be read: {error}. Look at it with: nbtrail store doctor"
            ) from error
        except _ODD_VALUES as error:
            raise StoreError(
                f"{self._path} holds a value that nbtrail never writes ({type(error).__name__}: "
                f"{error}). Look at it with: nbtrail store doctor"
            ) from error
        finally:
            if db is not None:
                db.close()
