"""The bodies of requests that change something: one small JSON object each."""

from __future__ import annotations

import json
from typing import Any

from nbtrail.exceptions import UsageError

__all__ = ["check_text", "read_body", "read_flag", "read_number", "read_text", "read_texts"]

LONGEST = 100_000


def read_body(body: bytes, *fields: str) -> dict[str, Any]:
    """Return the object that a body holds.

    Raises
    ------
    UsageError
        When it is no JSON object, or has other fields.
    """
    try:
        given = json.loads(body)
    except ValueError:
        given = None
    if not isinstance(given, dict) or not set(given) <= set(fields):
        *most, last = (f'"{name}"' for name in fields)
        named = f"{', '.join(most)} or {last}" if most else last
        raise UsageError(f"A change is a JSON object with {named}.")
    return given


def check_text(key: str, value: Any) -> None:
    """Refuse what is no text, or a longer one than anybody types.

    Raises
    ------
    UsageError
    """
    if not isinstance(value, str) or len(value) > LONGEST:
        raise UsageError(f"{key} must be a text of at most {LONGEST:,} characters.")


def read_text(given: dict[str, Any], key: str) -> str:
    """Return a text of a body, "" when it is absent."""
    value = given.get(key, "")
    check_text(key, value)
    return str(value)


def read_texts(given: dict[str, Any], key: str) -> dict[str, str]:
    """Return texts by name of a body, none when they are absent."""
    value = given.get(key, {})
    if not isinstance(value, dict):
        raise UsageError(f"{key} must be a JSON object of texts.")
    for name, text in value.items():
        check_text(f"{key}.{name}", text)
    return value


def read_flag(given: dict[str, Any], key: str) -> bool:
    """Return a truth of a body, False when it is absent."""
    value = given.get(key, False)
    if not isinstance(value, bool):
        raise UsageError(f"{key} must be true or false.")
    return value


def read_number(given: dict[str, Any], key: str) -> int | None:
    """Return a whole number of a body, None when it is absent."""
    value = given.get(key)
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise UsageError(f"{key} must be a whole number.")
    return value
