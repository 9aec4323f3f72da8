"""Write the golden files of the present schema: once, when it is released, and never again.

python tests/store/golden/make.py
"""

from __future__ import annotations

import importlib.util
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from nbtrail.entities.run import MetricPoint
from nbtrail.store import operations as do
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.store import Store

HERE = Path(__file__).parent


def main() -> None:
    spec = importlib.util.spec_from_file_location("store_filling", HERE.parent / "filling.py")
    filling = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = filling
    spec.loader.exec_module(filling)
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / ".nbtrail", create=True)
        filled = filling.fill(store, points=4096)
        store.call(do.log_metrics(filled.run_id, [MetricPoint("loss", 0.0, 4096, filling.START)]))
        store.close()
        with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
            schema = [
                sql for (sql,) in db.execute("SELECT sql FROM sqlite_master WHERE sql NOTNULL")
            ]
            rows = [line for line in db.iterdump() if line.startswith("INSERT INTO")]
    (HERE / f"schema-{SCHEMA_VERSION}.sql").write_text(";\n".join(schema) + ";\n")
    (HERE / f"rows-{SCHEMA_VERSION}.sql").write_text("\n".join(rows) + "\n")


if __name__ == "__main__":
    main()
