"""The language of filters: from a text to a tree of clauses, with the place of each.

MLflow's filter strings, with ``or``, ``not``, parentheses and regular expressions::

    metrics.auc > 0.9 and (params.model in ("rf", "svm") or not mark = stale)
    text = "learning rate" and code ~ "GridSearchCV|RandomizedSearchCV"

A text in which nothing is compared is a list of words, each of which must be found somewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from nbtrail.exceptions import UsageError

__all__ = ["And", "Clause", "Filter", "Not", "Or", "parse", "problem"]

_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>"[^"]*"|'[^']*'|`[^`]*`)
      | (?P<operator><=|>=|!=|==|<>|!~|=|<|>|~)
      | (?P<mark>[(),])
      | (?P<word>[^\s()"'`,=<>!~]+|!)""",
    re.VERBOSE,
)
_SAME: Final = {"==": "=", "<>": "!=", "rlike": "~"}
_WORDY: Final = frozenset({"like", "ilike", "rlike"})
_RESERVED: Final = frozenset({"and", "or", "not", "in", "is", *_WORDY})
_GROUPS: Final = {
    "metrics": "metrics", "metric": "metrics",
    "params": "params", "param": "params", "parameters": "params", "parameter": "params",
    "tags": "tags", "tag": "tags",
    "attributes": "", "attribute": "", "attr": "", "run": "",
}  # fmt: skip
_HELP: Final = (
    "Compare fields with values, joined by and, or, not and parentheses: metrics.auc > 0.9 and "
    '(params.model = "rf" or params.depth in (2, 3)) and mark = none'
)


class Clause(NamedTuple):
    """A comparison.

    Attributes
    ----------
    group : str
        ``metrics``, ``params``, ``tags``, or empty for what every run has.
    operator : str
        ``= != < <= > >= like ilike ~ in null``; ``null`` has no values.
    at : int
        Where the field stands in the text, from 0.
    value_at : int
        Where the value stands.
    """

    group: str
    key: str
    operator: str
    values: tuple[str, ...]
    at: int
    value_at: int


class Not(NamedTuple):
    """What must not hold."""

    part: Filter


@dataclass(frozen=True, slots=True)
class And:
    """All of these."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of these at least."""

    parts: tuple[Filter, ...]


Filter = Clause | Not | And | Or


def parse(text: str) -> Filter:
    """Read a filter; an empty one is an `And` of nothing.

    Raises
    ------
    UsageError
        When it can't be understood, pointing at the character.
    """
    tokens = _tokens(text)
    if not any(t.kind == "operator" or t.word in _WORDY | {"in", "is"} for t in tokens):
        parts = (t for t in tokens if t.kind in {"word", "text"})
        return And(tuple(Clause("", "word", "=", (_plain(t),), t.at, t.at) for t in parts))
    return _Parser(text, tokens).whole()


def problem(text: str, at: int, what: str) -> UsageError:
    """Return the error that shows where in a filter something is wrong."""
    line = text.replace("\n", " ").replace("\t", " ")
    start = max(0, at - 60)
    shown = line[start : at + 40]
    return UsageError(
        f"The filter can't be understood at character {at + 1}: {what}\n"
        f"  {shown}\n  {' ' * (at - start)}^\n{_HELP}"
    )


class _Token(NamedTuple):
    kind: str
    text: str
    at: int

    @property
    def word(self) -> str:
        """The token as a keyword; empty for a quoted text."""
        return self.text.lower() if self.kind == "word" else ""


def _tokens(text: str) -> list[_Token]:
    tokens, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise problem(text, at, f"the quote {text[at]} is never closed.")
        if match.lastgroup != "space":
            tokens.append(_Token(str(match.lastgroup), match[0], at))
        at = match.end()
    return tokens


def _plain(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "text" else token.text


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Filter:
        found = self._any()
        if self._next < len(self._tokens):
            token = self._tokens[self._next]
            raise self._wrong(
                f"{token.text!r} does not belong here; clauses are joined by and, or."
            )
        return found

    def _any(self) -> Filter:
        return self._joined("or", self._all, Or)

    def _all(self) -> Filter:
        return self._joined("and", self._one, And)

    def _joined(
        self, word: str, part: Callable[[], Filter], kind: Callable[[tuple[Filter, ...]], Filter]
    ) -> Filter:
        parts = [part()]
        while self._took(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else kind(tuple(parts))

    def _one(self) -> Filter:
        if self._took("not"):
            return Not(self._one())
        if self._took("("):
            found = self._any()
            if not self._took(")"):
                raise self._wrong("a closing parenthesis is missing.")
            return found
        return self._clause()

    def _clause(self) -> Filter:
        field = self._take("a field such as metrics.auc")
        group, key, at = self._field(field)
        if self._took("is"):
            there = self._took("not")
            value_at = self._at()
            if not self._took("null"):
                raise self._wrong("after `is` comes null or not null.")
            missing = Clause(group, key, "null", (), at, value_at)
            return Not(missing) if there else missing
        negated = self._took("not")
        if self._took("in"):
            clause = Clause(group, key, "in", self._list(), at, self._at())
        else:
            clause = self._compared(group, key, at, field)
        return Not(clause) if negated else clause

    def _field(self, field: _Token) -> tuple[str, str, int]:
        if field.kind not in {"word", "text"}:
            raise problem(self._text, field.at, f"{field.text!r} is no field.")
        if field.kind == "text":
            return "", _plain(field), field.at
        first, dot, key = field.text.partition(".")
        group = _GROUPS.get(first.lower()) if dot else None
        if group is None:
            return "", field.text, field.at
        if not key:  # metrics."a key with blanks"
            key = self._plain("a key")
        return group, key if group else key.lower(), field.at

    def _compared(self, group: str, key: str, at: int, field: _Token) -> Clause:
        token = self._tokens[self._next] if self._next < len(self._tokens) else None
        if token is None or not (token.kind == "operator" or token.word in _WORDY):
            if not group and (token is None or token.word in {"and", "or"} or token.text == ")"):
                return Clause("", "word", "=", (_plain(field),), at, at)  # a word on its own
            raise self._wrong(f"{field.text} is compared by =, !=, <, >, like, ~ or in.")
        self._next += 1
        operator = token.text.lower()
        value_at = self._at()
        value = self._plain("a value")
        return Clause(group, key, _SAME.get(operator, operator), (value,), at, value_at)

    def _list(self) -> tuple[str, ...]:
        if not self._took("("):
            raise self._wrong("the values of `in` stand in parentheses.")
        values = []
        while True:
            values.append(self._plain("a value"))
            if self._took(")"):
                return tuple(values)
            if not self._took(","):
                raise self._wrong("values are separated by commas, and ) closes the list.")

    # ------------------------------------------------------------ tokens

    def _took(self, word: str) -> bool:
        if self._next < len(self._tokens):
            token = self._tokens[self._next]
            if token.word == word or (token.kind == "mark" and token.text == word):
                self._next += 1
                return True
        return False

    def _take(self, what: str) -> _Token:
        if self._next == len(self._tokens):
            raise self._wrong(f"it ends where {what} should stand.")
        self._next += 1
        return self._tokens[self._next - 1]

    def _plain(self, what: str) -> str:
        """Take a word or a quoted text; words of the language only count as such in quotes."""
        token = self._take(what)
        if token.kind not in {"word", "text"} or token.word in _RESERVED:
            raise problem(self._text, token.at, f"{token.text!r} is not {what}; quote a text.")
        return _plain(token)

    def _at(self) -> int:
        known = self._next < len(self._tokens)
        return self._tokens[self._next].at if known else len(self._text)

    def _wrong(self, what: str) -> UsageError:
        return problem(self._text, self._at(), what)
