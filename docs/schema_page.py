"""Write schema.md, the page on the trail's tables and views, from a database itself.

    python docs/schema_page.py

Each example query is executed on the way.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from nbtrail.store.chunks import show_history
from nbtrail.store.connection import connect_reader
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.store import Store

PAGE = Path(__file__).with_name("schema.md")
SCHEMA = Path(__file__).parents[1] / "src" / "nbtrail" / "store" / "schema.sql"

HEAD = f"""\
# The schema, version {SCHEMA_VERSION}

Made from a database by `python docs/schema_page.py`; don't edit it.

Ask the views: they stay when tables change. `nbtrail store sql "SELECT ..."` opens the database
for reading only and adds `metric_history`; sqlite-utils, Datasette, DuckDB and the sqlite3 program
open `.nbtrail/nbtrail.db` as it is. Use them for reading only (`mode=ro`).

Times are milliseconds since 1970 (UTC). A metric that is NaN is NULL, with `last_kind` `NaN`;
infinities stay numbers.

## Views
"""

VIEWS = {
    "run_list": "One row per run, those in the trash too (`lifecycle`).",
    "run_params": "One row per param of a run; `origin` says how it was captured.",
    "run_metrics": "One row per metric of a run: last value, bounds, number of points.",
    "metric_history": "One row per logged point. A temporary view that `nbtrail store sql` makes.",
    "run_tags": "Tags, and nbtrail's own under `nbtrail.`.",
    "run_marks": "Honesty marks, each with its reason.",
    "run_amendments": "Params and metrics that were changed after they had been logged.",
    "run_datasets": "What each run read, by digest: equal `content` is equal data.",
    "run_models": "Models that runs produced, and whether their file is kept.",
    "registry": "Versions of registered models with their aliases; `origin` when merged.",
}

QUERIES = {
    "The five best runs by AUC that finished": """
        SELECT l.name, m.last AS auc FROM run_metrics m JOIN run_list l USING (run_id)
        WHERE m.key = 'auc' AND l.status = 'FINISHED' AND l.lifecycle = 'active'
        ORDER BY m.last DESC LIMIT 5""",
    "A table of runs with two params beside their metric": """
        SELECT l.name, max(CASE p.key WHEN 'C' THEN p.value END) AS c,
               max(CASE p.key WHEN 'kernel' THEN p.value END) AS kernel, m.last AS auc
        FROM run_list l JOIN run_params p USING (run_id)
        JOIN run_metrics m ON m.run_id = l.run_id AND m.key = 'auc' GROUP BY l.run_id""",
    "Which runs were trained on the same data?": """
        SELECT content, group_concat(run_name, ', ') AS runs, count(*) AS n FROM run_datasets
        WHERE context = 'training' GROUP BY content HAVING n > 1""",
    "A loss curve": """
        SELECT step, value FROM metric_history WHERE name = 'brisk-otter-27' AND key = 'loss'
        ORDER BY step""",
    "Runs that are not clean, with the reason": """
        SELECT name, kind, reason FROM run_marks ORDER BY name""",
    "Which run does the champion come from?": """
        SELECT r.name, r.version, l.name AS run, l.commit_id
        FROM registry r JOIN run_list l USING (run_id)
        WHERE ', ' || r.aliases || ',' LIKE '%, champion,%'""",
    "What was corrected afterwards, and by whom?": """
        SELECT name, kind, key, before, after, user FROM run_amendments ORDER BY at_ms""",
}


def page() -> str:
    """Return the text of the page."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(Path(folder) / ".nbtrail", create=True)
        store.close()
        with closing(connect_reader(store.root / "nbtrail.db")) as db:
            show_history(db)
            parts = [HEAD, *_views(db), *_queries(db), *_tables(db)]
    return "\n".join(parts) + "\n"


def _views(db: sqlite3.Connection) -> list[str]:
    lines = ["| view | columns | |", "|---|---|---|"]
    for name, text in VIEWS.items():
        cursor = db.execute(f"SELECT * FROM {name} LIMIT 0")
        columns = ", ".join(f"`{column[0]}`" for column in cursor.description)
        lines.append(f"| `{name}` | {columns} | {text} |")
    return [*lines, ""]


def _queries(db: sqlite3.Connection) -> list[str]:
    lines = ["## Questions", ""]
    for title, query in QUERIES.items():
        text = "\n".join(line.removeprefix("        ") for line in query.strip("\n").splitlines())
        db.execute(query).fetchall()
        lines += [title if title.endswith("?") else f"{title}:", "", "```sql", text, "```", ""]
    return lines


def _tables(db: sqlite3.Connection) -> list[str]:
    lines = [
        "## Tables",
        "",
        "They change with the schema's version; an older one is brought up to date when it is opened.",
        "",
    ]
    told = _comments()
    for (name,) in db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rootpage"
    ):
        lines += [f"### `{name}`", ""]
        lines += [told[name], ""] if name in told else []
        lines += ["| column | type | key | refers to |", "|---|---|---|---|"]
        refers = {row[3]: row[2] for row in db.execute(f"PRAGMA foreign_key_list({name})")}
        for _, column, kind, _, _, key in db.execute(f"PRAGMA table_info({name})"):
            to = f"`{refers[column]}`" if column in refers else ""
            lines.append(
                f"| `{column}` | {kind.lower() or 'any'} | {'yes' if key else ''} | {to} |"
            )
        lines.append("")
    return lines[:-1]


def _comments() -> dict[str, str]:
    """Return what the schema says above each table."""
    text = SCHEMA.read_text(encoding="utf-8")
    found = re.findall(r"((?:^-- .*\n)+)CREATE TABLE (\w+)", text, re.MULTILINE)
    return {
        name: " ".join(line.removeprefix("-- ") for line in lines.splitlines())
        for lines, name in found
    }


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
