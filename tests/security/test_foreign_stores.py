"""A trail from somebody else: read, refused or explained, and nothing of it acts."""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from nbtrail.exceptions import NbtrailError
from nbtrail.store import operations as do
from nbtrail.store.doctor import examine
from nbtrail.store.store import Store
from nbtrail.store.tables import TABLES

ODD = {
    "text": "'<script>'",
    "bytes": "x'00ff00'",
    "huge": "9223372036854775807",
    "negative": "-9223372036854775808",
    "infinite": "9e999",
    "nothing": "NULL",
    "json": '\'{"a": [1, {"b": null}]}\'',
    "deep": "replace(hex(zeroblob(20000)), '00', '[')",
    "large": "zeroblob(3000000)",
    "empty": "''",
}


@pytest.fixture
def foreign(store: Store, filling) -> Path:
    """A filled trail that nobody has open."""
    filling.fill(store)
    store.close()
    return store.root


def change(root: Path, *statements: str) -> None:
    with closing(sqlite3.connect(root / "nbtrail.db", isolation_level=None)) as db:
        db.execute("PRAGMA foreign_keys = OFF")
        for (name,) in db.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            db.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            db.execute(statement)


def columns() -> list[tuple[str, str]]:
    from nbtrail.store.migrations import _statements

    with closing(sqlite3.connect(":memory:")) as db:
        for statement in _statements():
            db.execute(statement)
        return [
            (table.name, name)
            for table in TABLES
            for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (table.name,))
        ]


def read_everything(root: Path) -> None:
    """Ask for all that readers, views and commands ask for; errors of ours are answers."""
    from nbtrail.compare.runs import compare_runs
    from nbtrail.tracking.cards import card_facts
    from nbtrail.views.card import model_card
    from nbtrail.views.contract import models_page, run_detail, runs_page

    store = Store.open(root, warn=lambda _text: None)
    reader = store.reader

    def runs() -> None:
        found = [reader.run(run_id) for run_id in reader.runs().run_id]
        for run in found:
            json.dumps(run_detail(run, reader.cells(run.session_id, 0, run.last_cell)))
            for metric in run.metrics:
                reader.history(run.run_id, metric.key)
            reader.modules(run.session_id, run.last_cell)
            reader.exports(run.run_id)
        compare_runs(found, [() for _ in found], [() for _ in found])

    def models() -> None:
        models_page(reader.models())
        for model in reader.models():
            reader.alias_history(model.name)
            model_card(*card_facts(store, model.name))

    try:
        for ask in (
            runs,
            models,
            lambda: runs_page(reader.runs()),
            lambda: reader.runs(query="metrics.auc > 0.1 or text = 'x' or data = 'ab'"),
            lambda: reader.resolve("best"),
            reader.experiments,
            reader.data_version,
        ):
            # a record of another type than its field says may surprise who shows it: commands
            # tell that in one line, and the server without a traceback
            odd = _failure(ask)
            assert odd is None or {"views", "compare"} & _rooms(odd), repr(odd)
    finally:
        store.close()


def _failure(ask) -> Exception | None:
    """Return the error that is none of ours."""
    try:
        ask()
    except NbtrailError:
        return None
    except (TypeError, ValueError, AttributeError) as error:
        return error
    return None


def _rooms(error: BaseException) -> set[str]:
    rooms, trace = set(), error.__traceback__
    while trace is not None:
        rooms.add(Path(trace.tb_frame.f_code.co_filename).parent.name)
        trace = trace.tb_next
    return rooms


@pytest.mark.slow
@pytest.mark.parametrize("table", sorted({table for table, _ in columns()}))
def test_odd_values_in_any_column_are_survived(table: str, foreign: Path, cli, canary) -> None:
    whole = (foreign / "nbtrail.db").read_bytes()
    others = itertools.cycle(kind for kind in ODD if kind != "bytes")
    for name in [column for found, column in columns() if found == table]:
        for odd in (ODD["bytes"], ODD[next(others)]):
            for leftover in foreign.glob("nbtrail.db*"):
                leftover.unlink()
            (foreign / "nbtrail.db").write_bytes(whole)
            try:
                change(foreign, f"UPDATE OR IGNORE {table} SET {name} = {odd}")
            except sqlite3.Error:
                continue  # the column itself refuses it
            read_everything(foreign)
    for command in (
        ("runs",),
        ("show", "last"),
        ("models",),
        ("store", "size"),
        ("runs", "--json"),
    ):
        code, said = cli(*command)
        assert code in {0, 1, 2}
        assert "Traceback" not in said
    assert examine(foreign) is not None


EVIL_SCHEMAS = {
    "view in the place of a table": "DROP TABLE tags; CREATE VIEW tags AS SELECT 1 AS run, load_extension('{evil}') AS key, 2 AS value",
    "view that never ends": "DROP VIEW run_list; CREATE VIEW run_list AS WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x) SELECT n AS run_id FROM x LIMIT 100000",
    "trigger": "CREATE TRIGGER evil AFTER INSERT ON tags BEGIN DELETE FROM runs; END",
    "trigger that calls": "CREATE TRIGGER evil BEFORE UPDATE ON meta BEGIN SELECT writefile('{evil}', 'x'); END",
    "virtual table": "DROP TABLE tags; CREATE VIRTUAL TABLE tags USING fts5(run, key, value)",
    "generated column": "ALTER TABLE tags ADD COLUMN evil AS (upper(key))",
    "index on an expression": "CREATE INDEX evil ON runs (upper(name))",
    "check": "CREATE TABLE evil (a CHECK (randomblob(1) IS NOT NULL)); INSERT INTO evil VALUES (1)",
    "another application": "PRAGMA application_id = 7",
    "a newer one": "PRAGMA user_version = 99",
    "an older one": "PRAGMA user_version = 1",
    "no tables": "DROP TABLE models; DROP TABLE artifacts",
    "rows of nobody": "PRAGMA foreign_keys = OFF; INSERT INTO tags VALUES (999, 'a', 'b'); INSERT INTO metrics (run, key, count) VALUES (999, 'auc', 3)",
    "a parent that is its child": "UPDATE runs SET parent_run_id = run_id",
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("kind", EVIL_SCHEMAS)
def test_evil_schemas_do_nothing(kind: str, foreign: Path, cli, canary, tmp_path: Path) -> None:
    evil = tmp_path / "evil"
    with closing(sqlite3.connect(foreign / "nbtrail.db", isolation_level=None)) as db:
        db.executescript(EVIL_SCHEMAS[kind].format(evil=evil))
    for command in (
        ("runs",), ("show", "last"), ("models", "--json"), ("store", "size"), ("store", "doctor"),
        ("store", "sql", "SELECT count(*) FROM run_list"), ("store", "gc", "--dry-run"),
    ):  # fmt: skip
        code, said = cli(*command)
        assert code in {0, 1, 2}, said
        assert "Traceback" not in said
    said_warnings: list[str] = []
    try:
        opened = Store.open(foreign, warn=said_warnings.append)
    except NbtrailError:
        return
    try:
        names = opened.reader.runs().run_id
        if names:
            opened.submit(do.set_tags(names[0], {"new": "tag"}))
            opened.flush(5)
            assert set(opened.reader.runs().run_id) == set(names)
    except NbtrailError:
        pass
    finally:
        opened.close()
    assert not evil.exists()


@pytest.mark.parametrize("what", ["nbtrail.db", "objects", "git", "rescue", "write.lock"])
def test_links_in_a_foreign_trail_lead_nowhere(
    what: str, foreign: Path, cli, tmp_path: Path
) -> None:
    """A trail that came with a repository may hold links to the user's own files."""
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "precious.txt").write_text("precious")
    place = foreign / what
    if place.is_dir():
        place.rename(foreign / f"{what}.moved")
        place.symlink_to(mine, target_is_directory=True)
    else:
        data = place.read_bytes() if place.exists() else b""
        place.unlink(missing_ok=True)
        (mine / "file").write_bytes(data)
        place.symlink_to(mine / "file")
    before = {path: path.read_bytes() for path in mine.iterdir()}
    for command in (
        ("runs",),
        ("show", "last"),
        ("store", "gc"),
        ("store", "doctor"),
        ("store", "size"),
    ):
        code, said = cli(*command)
        assert code in {0, 1, 2}, said
        assert "Traceback" not in said
    assert {path: path.read_bytes() for path in mine.iterdir()} == before


def test_objects_that_are_links_or_devices_are_not_read(
    store: Store, filling, tmp_path: Path
) -> None:
    filled = filling.fill(store)
    artifact = store.reader.run(filled.run_id).artifacts[0]
    path = store.objects.path(artifact.sha256)
    path.chmod(0o644)
    path.unlink()
    secret = tmp_path / "secret"
    secret.write_text("secret")
    path.symlink_to(secret)
    with pytest.raises(NbtrailError):
        store.objects.read(artifact.sha256)
    path.unlink()
    os.mkfifo(path)
    assert not store.objects.is_sound(artifact.sha256)
    with pytest.raises(NbtrailError):
        store.objects.read(artifact.sha256)
