"""The filter of run lists: words, or clauses joined by ``and``.

``metrics.auc > 0.9 and params.model = "rf" and status = finished``
"""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nbtrail.entities.run import CANDIDATE_TAG, MarkKind
from nbtrail.exceptions import UsageError

__all__ = ["Condition", "asks_for_candidates", "param_matches", "parse_query"]

_FIELDS: Final = {
    "run_id": "r.run_id",
    "name": "r.name",
    "experiment": "e.name",
    "status": "r.effective",
    "source": "r.source",
    "user": "r.user",
    "note": "r.note",
    "branch": "r.branch",
    "commit": "r.commit_id",
    "parent": "(SELECT above.name FROM runs above WHERE above.run_id = r.parent_run_id)",
}
_MARKS: Final = (*(kind.value for kind in MarkKind), "none")
_CLAUSE = re.compile(
    r"""\s*(?:(?P<group>metrics|params|tags)\s*\.\s*
        (?P<key>"[^"]*"|'[^']*'|`[^`]*`|[^\s=<>!"'`]+)
      | (?P<field>[a-z_]+))
    \s*(?P<op><=|>=|!=|==|=|<|>|\blike\b)
    \s*(?P<value>"[^"]*"|'[^']*'|[^\s"']+)\s*""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOKS_LIKE_CLAUSE = re.compile(r"\b(metrics|params|tags)\s*\.|[=<>]|\blike\b", re.IGNORECASE)
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_AND = re.compile(r"and\b", re.IGNORECASE)
_HELP = (
    'Write clauses such as: metrics.auc > 0.9 and params.model = "rf" and status = FINISHED '
    "and mark = none"
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One SQL condition with its bound values."""

    sql: str
    values: tuple[str | float, ...]


def parse_query(text: str) -> tuple[Condition, ...]:
    """Turn a filter into SQL conditions, all of which must hold.

    Raises
    ------
    UsageError
        When a clause can't be understood.
    """
    if not _LOOKS_LIKE_CLAUSE.search(text):
        return tuple(_word(word) for word in text.split())
    conditions = []
    position = 0
    while True:
        match = _CLAUSE.match(text, position)
        if match is None:
            raise UsageError(f"The filter can't be understood at {text[position:]!r}. {_HELP}")
        conditions.append(_clause(match))
        position = match.end()
        if position == len(text):
            return tuple(conditions)
        joint = _AND.match(text, position)
        if joint is None:
            raise UsageError(
                f"The filter can't be understood at {text[position:]!r}: clauses are joined by "
                f"`and`. {_HELP}"
            )
        position = joint.end()


def asks_for_candidates(conditions: Iterable[Condition]) -> bool:
    """Say whether a filter means single candidates of searches, which lists leave out."""
    named = (_FIELDS["parent"], _FIELDS["run_id"])
    return any(
        CANDIDATE_TAG in condition.values
        or condition.sql.startswith(tuple(f"coalesce({name}," for name in named))
        for condition in conditions
    )


def _number(text: str | None) -> float | None:
    """Return the number that a param's text is, None when it is none."""
    try:
        return float(text or "")
    except ValueError:
        return None


def _word(word: str) -> Condition:
    pattern = f"%{_escaped(word)}%"
    params = "p.key LIKE ?1 ESCAPE '\\' OR p.value LIKE ?1 ESCAPE '\\'"
    tags = params.replace("p.", "t.")
    places = (
        "r.name LIKE ?1 ESCAPE '\\'",
        "e.name LIKE ?1 ESCAPE '\\'",
        "r.effective LIKE ?1 ESCAPE '\\'",
        "r.run_id LIKE ?1 ESCAPE '\\'",
        f"EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND ({params}))",
        f"EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND ({tags}))",
    )
    sql = " OR ".join(places)
    return Condition(f"({sql.replace('?1', '?')})", (pattern,) * sql.count("?1"))


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _clause(match: re.Match[str]) -> Condition:
    operator = {"==": "=", "LIKE": "LIKE"}.get(match["op"].upper(), match["op"])
    value = _unquoted(match["value"])
    if match["field"] is not None:
        name = match["field"].lower()
        if name in ("mark", "data"):
            return _mark(operator, value) if name == "mark" else _data(operator, value)
        if name not in _FIELDS:
            raise UsageError(
                f"{match['field']!r} is nothing to filter by. Known are metrics.KEY, params.KEY, "
                f"tags.KEY, mark, data, {', '.join(_FIELDS)}. {_HELP}"
            )
        if name == "status":
            value = value.upper()
        return Condition(f"coalesce({_FIELDS[name]}, '') {operator} ?", (value,))
    key = match["key"][1:-1] if match["key"][0] in "\"'`" else match["key"]
    group = match["group"].lower()
    if group == "metrics":
        return _metric(key, operator, value)
    if group == "tags":
        return Condition(
            f"EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.key = ? AND t.value {operator} ?)",
            (key, value),
        )
    return Condition(
        "EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND p.key = ? "
        "AND param_matches(p.value, ?, ?))",
        (key, operator, value),
    )


def _mark(operator: str, value: str) -> Condition:
    kind = value.lower()
    if operator not in ("=", "!=") or kind not in _MARKS:
        raise UsageError(
            f"mark is compared by = or != with one of {', '.join(_MARKS)}, but got "
            f"{operator} {value!r}."
        )
    if kind == "none":
        kind, operator = "%", "!=" if operator == "=" else "="
    there = "EXISTS (SELECT 1 FROM marks k WHERE k.run = r.id AND k.kind LIKE ?)"
    return Condition(there if operator == "=" else f"NOT {there}", (kind,))


def _data(operator: str, value: str) -> Condition:
    """Match runs by a dataset: its name, its source, or the digits its content begins with."""
    if operator not in ("=", "!="):
        raise UsageError(
            f"data is compared by = or != with a name, a path or the first digits of a digest, "
            f"but got {operator} {value!r}."
        )
    there = (
        "EXISTS (SELECT 1 FROM dataset_uses u JOIN datasets d USING (dataset_id) "
        "WHERE u.run = r.id AND (u.name = ? OR u.source = ? OR d.content LIKE ? ESCAPE '\\'))"
    )
    values = (value, value, f"%:{_escaped(value)}%")
    return Condition(there if operator == "=" else f"NOT {there}", values)


def _metric(key: str, operator: str, value: str) -> Condition:
    number = _number(value)
    if number is None or operator == "LIKE":
        raise UsageError(f"metrics.{key} is compared with a number, but {value!r} is none. {_HELP}")
    return Condition(
        "EXISTS (SELECT 1 FROM metrics m WHERE m.run = r.id AND m.key = ? AND "
        f"m.last {operator} ?)",
        (key, number),
    )


def param_matches(stored: str, operator: str, wanted: str) -> bool:
    """Compare a param as it is kept (as Python writes it) with what somebody typed.

    Numbers compare as numbers; nobody types the quotes of a text.
    """
    left, right = _number(stored), _number(wanted)
    if operator == "LIKE":
        pattern = re.escape(wanted).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, _unquoted(stored), re.IGNORECASE | re.DOTALL) is not None
    if left is not None and right is not None:
        return _COMPARE[operator](left, right)
    if operator in {"=", "!="}:
        return _COMPARE[operator](_unquoted(stored), wanted)
    return False


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
