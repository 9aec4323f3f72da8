"""In which order runs are listed, as SQL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nbtrail.exceptions import UsageError
from nbtrail.store.fields import DURATION, TEXTS, TIMES, field_name

__all__ = ["Order", "read_order"]


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
