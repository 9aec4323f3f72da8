"""The page on the schema is what the database says."""

from __future__ import annotations

import importlib.util
import sqlite3
from contextlib import closing
from pathlib import Path

from nbtrail.store.store import Store

DOCS = Path(__file__).parents[2] / "docs"


def schema_page():
    spec = importlib.util.spec_from_file_location("schema_page", DOCS / "schema_page.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_up_to_date() -> None:
    written = (DOCS / "schema.md").read_text(encoding="utf-8")
    assert written == schema_page().page(), "run: python docs/schema_page.py"


def test_every_stored_view_is_described(store: Store) -> None:
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        names = {n for (n,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'view'")}
    assert set(schema_page().VIEWS) == names | {"metric_history"}
