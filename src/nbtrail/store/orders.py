"""In which order runs are listed, as SQL."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from typing import Any, Final

from nbtrail.entities.directions import direction_of
from nbtrail.entities.run import Direction
from nbtrail.exceptions import UsageError
from nbtrail.store.fields import DURATION, TEXTS, TIMES, field_name
from nbtrail.store.ranking import main_metrics

__all__ = ["Order", "by_main_metric", "read_order"]


_FIELDS: Final = {**TIMES, "duration": DURATION, **TEXTS}


@dataclass(frozen=True, slots=True)
class Order:
    """ORDER BY terms with their bound values; runs without a value go last.

    Attributes
    ----------
    metric : str
        Key of the metric that alone decides, which an index serves; else empty.
    """

    sql: str
    values: tuple[str, ...] = ()
    metric: str = ""
    descending: bool = True


def read_order(text: str, *, descending: bool) -> Order:
    """Read ``metrics.auc desc, started``; `descending` where no direction is said.

    Raises
    ------
    UsageError
        When there is nothing of that name to order by.
    """
    terms = []
    for part in text.split(","):
        name, _, word = part.strip().rpartition(" ")
        if word.lower() not in {"asc", "desc"} or not name:
            name, word = part.strip(), "desc" if descending else "asc"
        terms.append(_term(name.strip(), descending=word.lower() == "desc"))
    if len(terms) == 1:
        return terms[0]
    sql = ", ".join(term.sql for term in terms)
    return Order(sql, tuple(value for term in terms for value in term.values))


def _term(name: str, *, descending: bool) -> Order:
    word = "DESC" if descending else "ASC"
    name = field_name(name.removeprefix("attributes."))
    group, _, key = name.partition(".")
    if group in {"metrics", "params"} and key:
        key = key[1:-1] if len(key) > 1 and key[0] == key[-1] and key[0] in "\"'`" else key
        column = "last" if group == "metrics" else "value"
        cell = f"(SELECT x.{column} FROM {group} x WHERE x.run = r.id AND x.key = ?)"
        metric = key if group == "metrics" else ""
        return Order(f"{cell} {word} NULLS LAST", (key,), metric, descending)
    if name not in _FIELDS:
        raise UsageError(
            f"Runs can't be ordered by {name!r}. Use one of {', '.join(_FIELDS)}, main (alone), "
            "metrics.KEY or params.KEY."
        )
    column = _FIELDS[name]
    # where nothing can be empty the plain column lets SQLite walk an index
    empty_last = " NULLS LAST" if name in {"ended", "duration"} else ""
    return Order(f"{column} {word}{empty_last}")


def by_main_metric(db: sqlite3.Connection, *, descending: bool) -> Order:
    """Order by how good the main metric is: that of the experiment, else the best known one."""
    keys = [key for (key,) in db.execute(_KEYS)]
    ranked: list[list[Any]] = []
    for place, key in enumerate(main_metrics(keys)):
        ranked.append([key, place, -1 if direction_of(key) is Direction.MIN else 1])
    word = "DESC" if descending else "ASC"
    return Order(f"{_GOODNESS} {word} NULLS LAST", (json.dumps(ranked),))


# every key once, from the index: a step for each key and not one for each metric
_KEYS: Final = """
WITH RECURSIVE known(key) AS (
    SELECT min(key) FROM metrics
    UNION ALL
    SELECT (SELECT min(key) FROM metrics WHERE key > known.key) FROM known WHERE key IS NOT NULL
) SELECT key FROM known WHERE key IS NOT NULL
"""
_GOODNESS: Final = """
CASE WHEN e.main_metric != '' THEN (
    SELECT CASE e.direction WHEN 'min' THEN -x.last ELSE x.last END FROM metrics x
    WHERE x.run = r.id AND x.key = e.main_metric
) ELSE (
    SELECT x.last * (k.value ->> 2) FROM metrics x CROSS JOIN json_each(?) k
    WHERE x.run = r.id AND x.count > 0 AND k.value ->> 0 = x.key ORDER BY k.value ->> 1 LIMIT 1
) END
"""
