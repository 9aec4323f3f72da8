"""What a user types is a question: no filter, order or SQL changes anything or leaves the trail."""

from __future__ import annotations

import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nbtrail.exceptions import UsageError
from nbtrail.store.connection import connect_reader, connect_writer
from nbtrail.store.store import Store

INJECTIONS = (
    "'; DROP TABLE runs; --",
    "1 OR 1=1",
    "name = 'x' UNION SELECT * FROM runs",
    "metrics.auc > 0); DELETE FROM runs; --",
    'params."a"") OR (1=1" = "x"',
    "metrics.`auc` > 0",
    "name = \"x\" or name = 'y'; VACUUM INTO 'evil'",
    "name like '%' ESCAPE '' OR 1",
    "(SELECT load_extension('evil'))",
    "text = 'a\" OR NEAR(b)'",
    "name ~ '(?#' ",
    "run_id in (SELECT run_id FROM runs)",
    "\x00",
    "name = '\x00'",
)


def dump(root: Path) -> list[str]:
    with closing(sqlite3.connect(root / "nbtrail.db")) as db:
        return list(db.iterdump())


@pytest.mark.parametrize("text", INJECTIONS)
def test_filters_and_orders_are_no_sql(text: str, store: Store, filling, canary, cli) -> None:
    filling.fill(store)
    store.flush(5)
    before = dump(store.root)
    for ask in (
        lambda: store.reader.runs(query=text),
        lambda: store.reader.runs(order=text),
        lambda: store.reader.runs(experiment=text),
        lambda: store.reader.runs(source=text),
        lambda: store.reader.run(store.reader.resolve(text)),
        lambda: store.reader.model_version(text),
        lambda: store.reader.model(text),
    ):
        with suppress(UsageError):
            ask()
    for arguments in (("runs", text), ("runs", "--order", text), ("show", text)):
        cli(*arguments)
    assert dump(store.root) == before


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    text=st.text(
        alphabet=st.sampled_from("abc'\";()-%_*/=<>!~ .,\\`0123456789") | st.characters(),
        max_size=40,
    )
)
def test_no_text_reaches_the_database_as_sql(text: str, store: Store) -> None:
    for ask in (lambda: store.reader.runs(query=text), lambda: store.reader.runs(order=text)):
        with suppress(UsageError):
            ask()


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM runs",
        "UPDATE runs SET name = 'x'",
        "INSERT INTO tags VALUES (1, 'a', 'b')",
        "CREATE TABLE evil (a)",
        "CREATE TEMP TABLE evil AS SELECT * FROM runs",
        "CREATE TRIGGER evil AFTER INSERT ON tags BEGIN SELECT 1; END",
        "DROP TABLE runs",
        "ATTACH DATABASE '{evil}' AS evil",
        "VACUUM INTO '{evil}'",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = DELETE",
        "PRAGMA user_version = 99",
        "PRAGMA temp_store_directory = '{folder}'",
        "SELECT load_extension('{evil}')",
        "SELECT writefile('{evil}', 'x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT fts3_tokenizer('evil', x'00')",
        "SELECT 1; DELETE FROM runs",
        "SELECT edit('x', '{command}')",
        "BEGIN IMMEDIATE",
        "REPLACE INTO meta VALUES ('data_version', 7)",
        ".shell {command}",
        "WITH x AS (SELECT 1) DELETE FROM runs",
        "EXPLAIN DELETE FROM runs",
        "ANALYZE",
        "REINDEX",
        "",
        "\x00",
    ],
)
def test_sql_only_asks(sql: str, store: Store, filling, canary, cli, tmp_path: Path) -> None:
    filling.fill(store)
    store.flush(5)
    before = dump(store.root)
    evil = tmp_path / "evil.db"
    code, said = cli("store", "sql", sql.format(evil=evil, folder=tmp_path, command=canary.command))
    assert code in {0, 2}
    assert "Traceback" not in said
    assert dump(store.root) == before
    assert not evil.exists()
    assert not list(tmp_path.rglob("evil*"))
    again = cli("store", "sql", "SELECT count(*) AS n FROM runs")
    assert again == (0, "n\n3\n")


def test_odd_values_are_answered(store: Store, cli) -> None:
    question = "SELECT x'00ff' AS b, 9e999 AS i, NULL AS n, 'a' || char(10) || char(27) AS t"
    assert cli("store", "sql", question, "--json")[0] == 0
    code, said = cli("store", "sql", question)
    assert code == 0
    assert said == "b     i         n     t\n00ff  Infinity  None  a\\n\\x1b\n"


@pytest.mark.parametrize("opened", ["reader", "writer"])
def test_no_connection_of_ours_reaches_another_file(
    opened: str, store: Store, tmp_path: Path
) -> None:
    path = store.root / "nbtrail.db"
    store.close()
    db = connect_reader(path) if opened == "reader" else connect_writer(path, locking=True)[0]
    with closing(db):
        for sql in (
            f"ATTACH '{tmp_path / 'evil.db'}' AS evil",
            f"VACUUM INTO '{tmp_path / 'evil.db'}'",
            f"SELECT load_extension('{tmp_path / 'evil.so'}')",
        ):
            with pytest.raises(sqlite3.Error):
                db.execute(sql).fetchall()
        assert db.execute("PRAGMA trusted_schema").fetchone() == (0,)
    assert not list(tmp_path.glob("evil*"))
