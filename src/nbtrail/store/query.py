"""Filters as SQL: every value is bound, and only known columns are named."""

from __future__ import annotations

import datetime as dt
import operator as operators
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nbtrail.entities.run import CANDIDATE_TAG, MarkKind
from nbtrail.store.fields import DURATION, TEXTS, TIMES, field_name
from nbtrail.store.grammar import And, Clause, Filter, Not, Or, parse, problem

__all__ = ["FUNCTIONS", "Condition", "parse_query"]

_CODE: Final = (
    "SELECT 1 FROM cells c WHERE c.session_id = r.session_id "
    "AND c.seq BETWEEN r.first_cell AND r.last_cell AND "
)
_MARKS: Final = (*(kind.value for kind in MarkKind), "none")
_COMPARE: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "=": operators.eq,
    "!=": operators.ne,
    "<": operators.lt,
    "<=": operators.le,
    ">": operators.gt,
    ">=": operators.ge,
}
_LONGEST_PATTERN: Final = 200
_LONGEST_TEXT: Final = 20_000


@dataclass(frozen=True, slots=True)
class Condition:
    """One SQL condition with its bound values.

    Attributes
    ----------
    asks_for_candidates : bool
        It means single candidates of searches, which lists leave out.
    """

    sql: str
    values: tuple[str | float, ...] = ()
    asks_for_candidates: bool = False


def parse_query(text: str) -> Condition:
    """Turn a filter into one SQL condition.

    Raises
    ------
    UsageError
        When it can't be understood, pointing at the character.
    """
    tree = parse(text)
    found = _Compiler(text).sql(tree)
    asks = any(
        (c.group == "" and _field(c) in {"parent", "run_id"})
        or (c.group == "tags" and c.key == CANDIDATE_TAG)
        for c in _clauses(tree)
    )
    return Condition(found.sql, found.values, asks)


def _clauses(tree: Filter) -> Iterator[Clause]:
    if isinstance(tree, Clause):
        yield tree
    elif isinstance(tree, Not):
        yield from _clauses(tree.part)
    else:
        for part in tree.parts:
            yield from _clauses(part)


def _field(clause: Clause) -> str:
    return field_name(clause.key.lower())


class _Compiler:
    def __init__(self, text: str) -> None:
        self._text = text

    def sql(self, tree: Filter) -> Condition:
        if isinstance(tree, Clause):
            return self._clause(tree)
        if isinstance(tree, Not):
            inner = self.sql(tree.part)
            return Condition(f"NOT coalesce(({inner.sql}), 0)", inner.values)
        parts = [self.sql(part) for part in tree.parts]
        joint = " OR " if isinstance(tree, Or) else " AND "
        sql = joint.join(f"({part.sql})" for part in parts) or "1"
        assert parts or isinstance(tree, And)
        return Condition(sql, tuple(value for part in parts for value in part.values))

    def _clause(self, clause: Clause) -> Condition:
        if clause.group == "metrics":
            return self._metric(clause)
        if clause.group == "params":
            return self._param(clause)
        if clause.group == "tags":
            row = "EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND t.key = ?"
            if clause.operator == "null":
                return Condition(f"NOT {row})", (clause.key,))
            value = self._texts("t.value", clause)
            return Condition(f"{row} AND {value.sql})", (clause.key, *value.values))
        return self._attribute(clause)

    def _attribute(self, clause: Clause) -> Condition:
        name = _field(clause)
        if name in TEXTS:
            if name == "status":
                clause = clause._replace(values=tuple(v.upper() for v in clause.values))
            if clause.operator == "null":
                return Condition(f"coalesce({TEXTS[name]}, '') = ''")
            return self._texts(f"coalesce({TEXTS[name]}, '')", clause)
        if name in TIMES:
            return self._numbers(TIMES[name], clause, self._moment)
        if name == "duration":
            return self._numbers(DURATION, clause, self._number)
        special = {
            "mark": self._mark, "data": self._data, "word": _word, "text": self._text_anywhere,
            "code": self._code, "cell": self._cell,
        }.get(name)  # fmt: skip
        if special is not None:
            return special(clause)
        known = "metrics.KEY, params.KEY, tags.KEY, mark, data, text, code, cell, started, ended, duration"
        raise problem(
            self._text,
            clause.at,
            f"{clause.key!r} is nothing to filter by. Did you mean metrics.{clause.key} or "
            f"params.{clause.key}? Known are {known}, {', '.join(TEXTS)}.",
        )

    # ------------------------------------------------------------ texts and numbers

    def _texts(self, column: str, clause: Clause) -> Condition:
        operator, values = clause.operator, clause.values
        if operator == "in":
            return Condition(f"{column} IN ({', '.join('?' * len(values))})", values)
        if operator in {"~", "!~"}:
            self._check_pattern(clause)
            test = f"regex_found({column}, ?)"
            return Condition(test if operator == "~" else f"NOT {test}", values)
        if operator in {"like", "ilike"}:
            return Condition(f"{column} LIKE ?", values)
        return Condition(f"{column} {operator} ?", values)

    def _numbers(
        self, column: str, clause: Clause, read: Callable[[Clause, str], float]
    ) -> Condition:
        operator = clause.operator
        if operator == "null":
            return Condition(f"{column} IS NULL")
        numbers = tuple(read(clause, value) for value in clause.values)
        if operator == "in":
            return Condition(f"{column} IN ({', '.join('?' * len(numbers))})", numbers)
        if operator not in _COMPARE:
            raise problem(
                self._text, clause.at, f"{clause.key} is a number, which no text matches."
            )
        return Condition(f"{column} {operator} ?", numbers)

    def _number(self, clause: Clause, value: str) -> float:
        number = _number(value)
        if number is None:
            name = f"{clause.group}.{clause.key}" if clause.group else clause.key
            raise problem(
                self._text, clause.value_at, f"{name} is compared with a number, not {value!r}."
            )
        return number

    def _moment(self, clause: Clause, value: str) -> float:
        """Return milliseconds since the epoch; a moment without a zone is local time."""
        number = _number(value)
        if number is not None:
            return number
        try:
            return dt.datetime.fromisoformat(value).timestamp() * 1000
        except (ValueError, OverflowError):
            raise problem(
                self._text,
                clause.value_at,
                f"{clause.key} is compared with a moment such as 2026-11-21 or "
                f"2026-11-21T09:30, not {value!r}.",
            ) from None

    def _check_pattern(self, clause: Clause) -> None:
        (pattern,) = clause.values
        if len(pattern) > _LONGEST_PATTERN:
            raise problem(
                self._text, clause.value_at, f"patterns have at most {_LONGEST_PATTERN} characters."
            )
        try:
            re.compile(pattern)
        except re.error as error:
            raise problem(
                self._text, clause.value_at, f"{pattern!r} is no regular expression: {error}."
            ) from None

    # ------------------------------------------------------------ what runs have

    def _metric(self, clause: Clause) -> Condition:
        row = "EXISTS (SELECT 1 FROM metrics m WHERE m.run = r.id AND m.key = ?"
        if clause.operator == "null":
            return Condition(f"NOT {row})", (clause.key,))
        value = self._numbers("m.last", clause, self._number)
        return Condition(f"{row} AND {value.sql})", (clause.key, *value.values))

    def _param(self, clause: Clause) -> Condition:
        row = "EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND p.key = ?"
        if clause.operator == "null":
            return Condition(f"NOT {row})", (clause.key,))
        if clause.operator in {"~", "!~"}:
            self._check_pattern(clause)
        operator = "=" if clause.operator == "in" else clause.operator
        tests = " OR ".join(["param_matches(p.value, ?, ?)"] * len(clause.values))
        bound = (part for value in clause.values for part in (operator, value))
        return Condition(f"{row} AND ({tests}))", (clause.key, *bound))

    def _mark(self, clause: Clause) -> Condition:
        kinds = tuple(value.lower() for value in clause.values)
        if clause.operator not in {"=", "!=", "in"} or not set(kinds) <= set(_MARKS):
            raise problem(
                self._text,
                clause.value_at,
                f"mark is compared by = or != with one of {', '.join(_MARKS)}.",
            )
        tests, bound = [], []
        for kind in kinds:
            if kind == "none":
                tests.append("NOT EXISTS (SELECT 1 FROM marks k WHERE k.run = r.id)")
            else:
                tests.append("EXISTS (SELECT 1 FROM marks k WHERE k.run = r.id AND k.kind = ?)")
                bound.append(kind)
        sql = f"({' OR '.join(tests)})"
        return Condition(f"NOT {sql}" if clause.operator == "!=" else sql, tuple(bound))

    def _data(self, clause: Clause) -> Condition:
        """Match runs by a dataset: its name, its source, or the digits its content begins with."""
        if clause.operator not in {"=", "!=", "in"}:
            raise problem(
                self._text,
                clause.value_at,
                "data is compared by = or != with a name, a path or the first digits of a digest.",
            )
        same = "u.name = ? OR u.source = ? OR d.content LIKE ? ESCAPE '\\'"
        there = (
            "EXISTS (SELECT 1 FROM dataset_uses u JOIN datasets d USING (dataset_id) "
            f"WHERE u.run = r.id AND ({' OR '.join([same] * len(clause.values))}))"
        )
        bound = (part for v in clause.values for part in (v, v, f"%:{_escaped(v)}%"))
        return Condition(f"NOT {there}" if clause.operator == "!=" else there, tuple(bound))

    def _code(self, clause: Clause) -> Condition:
        """Match runs by the cells that they executed."""
        if clause.operator in {"=", "!="}:  # nobody types a whole cell
            like = "c.source LIKE ? ESCAPE '\\'"
            value = Condition(like, (f"%{_escaped(clause.values[0])}%",))
        else:
            value = self._texts("c.source", clause)
        there = f"EXISTS ({_CODE}{value.sql})"
        return Condition(f"NOT {there}" if clause.operator == "!=" else there, value.values)

    def _cell(self, clause: Clause) -> Condition:
        """Match runs that executed a cell of the notebook, by the id that the notebook gave it."""
        if clause.operator not in {"=", "!="}:
            raise problem(self._text, clause.at, "cell is compared by = or != with a cell's id.")
        there = f"EXISTS ({_CODE}c.cell_id = ?)"
        return Condition(f"NOT {there}" if clause.operator == "!=" else there, clause.values)

    def _text_anywhere(self, clause: Clause) -> Condition:
        """Match runs that hold every word of a text: in names, params, tags, notes or cells."""
        if clause.operator not in {"=", "!="}:
            raise problem(self._text, clause.at, "text is compared by = or != with words.")
        parts = []
        for word in clause.values[0].split():
            somewhere, pattern = _somewhere(word)
            cells = f"EXISTS ({_CODE}c.source LIKE ? ESCAPE '\\')"
            parts.append(Condition(f"({somewhere.sql} OR {cells})", (*somewhere.values, pattern)))
        sql = " AND ".join(part.sql for part in parts) or "1"
        bound = tuple(value for part in parts for value in part.values)
        return Condition(f"NOT ({sql})" if clause.operator == "!=" else f"({sql})", bound)


def _word(clause: Clause) -> Condition:
    return _somewhere(clause.values[0])[0]


def _somewhere(word: str) -> tuple[Condition, str]:
    """Return the condition that a word stands in what describes a run, and its pattern."""
    pattern = f"%{_escaped(word)}%"
    params = "p.key LIKE ?1 ESCAPE '\\' OR p.value LIKE ?1 ESCAPE '\\'"
    tags = params.replace("p.", "t.")
    places = (
        "r.name LIKE ?1 ESCAPE '\\'",
        "e.name LIKE ?1 ESCAPE '\\'",
        "r.effective LIKE ?1 ESCAPE '\\'",
        "r.run_id LIKE ?1 ESCAPE '\\'",
        "r.note LIKE ?1 ESCAPE '\\'",
        f"EXISTS (SELECT 1 FROM params p WHERE p.run = r.id AND ({params}))",
        f"EXISTS (SELECT 1 FROM tags t WHERE t.run = r.id AND ({tags}))",
    )
    sql = " OR ".join(places)
    return Condition(f"({sql.replace('?1', '?')})", (pattern,) * sql.count("?1")), pattern


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# ---------------------------------------------------------------- functions for SQLite


def param_matches(stored: str, operator: str, wanted: str) -> bool:
    """Compare a param as it is kept (as Python writes it) with what somebody typed.

    Numbers compare as numbers; nobody types the quotes of a text.
    """
    if operator in {"~", "!~"}:
        return regex_found(_unquoted(stored), wanted) is (operator == "~")
    if operator in {"like", "ilike"}:
        pattern = re.escape(wanted).replace("%", ".*").replace("_", ".")
        return re.fullmatch(pattern, _unquoted(stored), re.IGNORECASE | re.DOTALL) is not None
    left, right = _number(stored), _number(wanted)
    if left is not None and right is not None:
        return _COMPARE[operator](left, right)
    if operator in {"=", "!="}:
        return _COMPARE[operator](_unquoted(stored), wanted)
    return False


def regex_found(text: str, pattern: str) -> bool:
    """Say whether a pattern is found in a text; letters match in either case."""
    return re.search(pattern, str(text)[:_LONGEST_TEXT], re.IGNORECASE) is not None


FUNCTIONS: Final[Mapping[str, Callable[..., bool]]] = {
    "param_matches": param_matches,
    "regex_found": regex_found,
}
"""What the conditions call; bind each under its name."""


def _number(text: str | None) -> float | None:
    """Return the number that a text is, None when it is none."""
    try:
        return float(text or "")
    except ValueError:
        return None


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
