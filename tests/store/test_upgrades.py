"""Stores of older versions are brought up to date and lose nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nbtrail.compare.runs import compare_runs
from nbtrail.entities.run import Param
from nbtrail.exceptions import SchemaTooNewError, StoreReadOnlyError
from nbtrail.store.alone import alone
from nbtrail.store.connection import APPLICATION_ID
from nbtrail.store.doctor import examine
from nbtrail.store.merge import merge
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.operations import log_params
from nbtrail.store.store import Store
from nbtrail.views.text import text_comparison

GOLDEN = Path(__file__).parent / "golden"


def old_store(root: Path, version: int) -> Path:
    root.mkdir()
    path = root / "nbtrail.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id={APPLICATION_ID}")
        db.executescript((GOLDEN / f"schema-{version}.sql").read_text())
        db.executescript((GOLDEN / f"rows-{version}.sql").read_text())
        db.execute(f"PRAGMA user_version={version}")
        db.execute("PRAGMA journal_mode=wal")
    return path


def described(path: Path) -> dict[str, object]:
    """Tables with their columns, in no order, and the text of views and triggers."""
    with closing(sqlite3.connect(path)) as db:
        names = db.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        return {
            name: sorted(row[1:] for row in db.execute(f"PRAGMA table_xinfo({name})"))
            if kind == "table"
            else sql
            for kind, name, sql in names
        }


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_old_store_gets_the_schema_of_a_new_one(tmp_path: Path, version: int) -> None:
    old = old_store(tmp_path / "old", version)
    Store.open(tmp_path / "old").close()
    Store.open(tmp_path / "new", create=True).close()

    assert described(old) == described(tmp_path / "new" / "nbtrail.db")
    assert (tmp_path / "old" / f"nbtrail.db.v{version}.backup").is_file()


def counted(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as db:
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: db.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for (name,) in tables
        }


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_every_released_store_opens_whole_and_keeps_a_copy(tmp_path: Path, version: int) -> None:
    old = old_store(tmp_path / "old", version)
    before = counted(old)
    store = Store.open(tmp_path / "old")
    try:
        for run_id in store.reader.runs().run_id:
            run = store.reader.run(run_id)
            for metric in run.metrics:
                points = store.reader.history(run_id, metric.key)
                assert len(points) == metric.count
                assert repr(points[-1].value) == repr(metric.last)
            assert store.reader.cells(run.session_id)
        assert not store.read_only
        findings = examine(tmp_path / "old").findings
        # the golden files are the database alone: what lay beside it is not there
        assert not [text for text in findings if "database" in text or "rows" in text]
    finally:
        store.close()
    after = counted(old)
    assert {name: after[name] for name in before} == before
    copy = tmp_path / "old" / f"nbtrail.db.v{version}.backup"
    assert copy.exists() == (version < SCHEMA_VERSION)
    if copy.exists():
        assert counted(copy) == before


def test_the_golden_store_of_this_schema_has_something_in_every_table(tmp_path: Path) -> None:
    path = old_store(tmp_path / "old", SCHEMA_VERSION)
    assert [name for name, count in counted(path).items() if not count] == []
    Store.open(tmp_path / "new", create=True).close()
    # a schema that is out never changes: add a version, and its golden files
    assert described(path) == described(tmp_path / "new" / "nbtrail.db")


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_no_released_store_is_taken_back_to_an_older_schema(tmp_path: Path, version: int) -> None:
    path = old_store(tmp_path / "old", version)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
    before = counted(path)
    said: list[str] = []
    store = Store.open(tmp_path / "old", warn=said.append)
    try:
        assert store.read_only
        assert "pip install -U nbtrail" in said[0]
        with pytest.raises(StoreReadOnlyError):
            store.call(log_params("0" * 32, [Param("C", "2.0")]))
        with pytest.raises(SchemaTooNewError), alone(tmp_path / "old"):
            pass
        with pytest.raises(SchemaTooNewError):
            merge(Store.open(tmp_path / "new", create=True).root, tmp_path / "old")
    finally:
        store.close()
        Store.open(tmp_path / "new").close()
    assert counted(path) == before
    assert not list((tmp_path / "old").glob("*.backup"))


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION + 1))
def test_a_store_of_any_age_can_be_merged(tmp_path: Path, version: int) -> None:
    old = old_store(tmp_path / "old", version)
    before = counted(old)
    new = Store.open(tmp_path / "new", create=True)
    try:
        done = merge(new.root, tmp_path / "old")
        assert len(done.added) == before["runs"]
        assert new.reader.run(new.reader.resolve("brisk-otter")).params
    finally:
        new.close()
    with closing(sqlite3.connect(old)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)  # it was only read


def test_keys_stand_first_in_tables_without_rowid(tmp_path: Path) -> None:
    """SQLite up to 3.40 takes NULL for found in other ones, and calls the database damaged."""
    Store.open(tmp_path / "new", create=True).close()
    with closing(sqlite3.connect(tmp_path / "new" / "nbtrail.db")) as db:
        tables = db.execute("SELECT name FROM pragma_table_list WHERE wr").fetchall()
        assert ("module_loads",) in tables
        for (name,) in tables:
            keys = [row[5] for row in db.execute(f"PRAGMA table_info({name})") if row[5]]
            first = [row[5] for row in db.execute(f"PRAGMA table_info({name})")][: len(keys)]
            assert first == sorted(keys), name


@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_an_old_run_reads_as_before_and_can_be_added_to(tmp_path: Path, version: int) -> None:
    old_store(tmp_path / "old", version)
    store = Store.open(tmp_path / "old")
    try:
        run = store.reader.run(store.reader.resolve("brisk-otter"))
        assert [(p.key, p.value) for p in run.params] == [("C", "0.5")]
        assert run.metrics[0].last == 0.9375
        assert run.datasets[0].name == "X"
        assert run.datasets[0].dataset.profile is None
        assert run.code is not None
        assert run.code.branch == "main"
        assert run.code.snapshot == ""
        assert run.resources is None
        (cell,) = store.reader.cells(run.session_id)
        assert cell.output == ""
    finally:
        store.close()


def test_data_digested_before_the_form_was_frozen_are_never_called_changed(tmp_path: Path) -> None:
    old_store(tmp_path / "old", 1)
    store = Store.open(tmp_path / "old")
    try:
        old = store.reader.run(store.reader.resolve("brisk-otter"))
    finally:
        store.close()
    (use,) = old.datasets
    assert use.dataset.digest.content.startswith("xxh3-128/0:")
    frozen = replace(use.dataset.digest, content="xxh3-128/1:" + "a" * 32)
    now = replace(use, dataset=replace(use.dataset, digest=frozen))
    found = compare_runs([old, replace(old, datasets=(now,))])
    assert found.datasets[0].unknown
    text = text_comparison(found)
    assert "1 dataset not comparable" in text
    assert "changed" not in text


def test_an_old_store_that_can_not_be_written_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old_store(tmp_path / "old", 1)

    def refused(*_args: object, **_options: object) -> None:
        raise sqlite3.OperationalError("attempt to write a readonly database")

    with monkeypatch.context() as patched:
        patched.setattr("nbtrail.store.store.connect_writer", refused)
        with pytest.raises(StoreReadOnlyError, match="Copy the folder"):
            Store.open(tmp_path / "old")
    Store.open(tmp_path / "old").close()


def test_a_changed_param_leaves_a_trace(tmp_path: Path) -> None:
    old_store(tmp_path / "old", 1)
    store = Store.open(tmp_path / "old")
    run_id = store.reader.resolve("brisk-otter")
    change = log_params(run_id, [Param("C", "2.0")], amended=True, user="ada")
    store.call(change)
    store.call(change)  # a rescue file may bring it twice
    run = store.reader.run(run_id)
    store.close()
    assert [p.value for p in run.params] == ["2.0"]
    (amendment,) = run.amendments
    assert (amendment.kind, amendment.key, amendment.before, amendment.after, amendment.user) == (
        "param",
        "C",
        "0.5",
        "2.0",
        "ada",
    )
