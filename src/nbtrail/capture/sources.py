"""Names of what is no local file, fit to be stored: URLs and SQL without their secrets."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from nbtrail.capture.secrets import redact, redact_value

__all__ = ["connection_source", "is_url", "public_sql", "public_url"]

_HIDDEN = "***"
_URL = re.compile(r"^[A-Za-z][A-Za-z0-9+.\-]*://")
_SECRET_NAMES = re.compile(
    r"pass(word|wd|phrase)?|^pw$|pwd|secret|token|sig(nature)?$|credential|api_?key|"
    r"(access|account|private|shared|auth)_?-?key|key_?id|^key$|^auth|authorization|session|"
    r"^code$|jwt|^(x-amz|x-goog|x-ms)-|^(se|sp|sr|sv|st|spr|skoid|sktid|skt|ske|sks|skv)$|"
    r"awsaccesskeyid|googleaccessid|policy",
    re.IGNORECASE,
)
_LONG_VALUE = 40
_IN_SQL = re.compile(
    r"((?<![A-Za-z])(?:password|passwd|pwd|secret|token|session_token|bearer_token|key_id|api_?key|"
    r"access_key(?:_id)?|secret_access_key|account_key|connection_string|credentials?|"
    r"identified\s+by|encryption_key|sas_token|private_key)\s*(?:=|:=|to\b|\s)\s*)"
    r"(?:'(?:[^']|'')*'|\"[^\"]*\")",
    re.IGNORECASE,
)
_PAIR = re.compile(
    r"\b(password|passwd|pwd|secret|token|accountkey|sharedaccesssignature|user|uid)\s*=\s*"
    r"[^\s;'\"]+",
    re.IGNORECASE,
)
_URL_IN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*://[^\s'\"<>)]+")
_MOST_SQL = 20_000


def is_url(text: Any) -> bool:
    """Say whether a text is a URL and no local file's."""
    if not isinstance(text, str) or not _URL.match(text):
        return False
    return not text.lower().startswith(("file:", "local:"))


def public_url(url: str) -> str:
    """Return a URL without user, password, fragment and secret parameters.

    A value is secret when its name says so, when `capture.secrets` knows its shape, or when
    it is long enough to be a key. The other parameters stay: they choose the data.
    """
    try:
        parts = urlsplit(url)
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return url.partition("?")[0].rpartition("@")[2]
    query = urlencode([(k, v) for k, v in pairs if not _is_secret(k, v)], safe="/:,")
    host = parts.netloc.rpartition("@")[2]
    path, _ = redact(parts.path)
    shown = urlunsplit((parts.scheme, host, path, query, ""))
    # urlsplit drops the empty host of sqlite:///file and memory:///file
    prefix = f"{parts.scheme}://"
    return shown if shown.startswith(prefix) else prefix + shown.partition(":")[2]


def public_sql(text: str) -> str:
    """Return a query without the credentials that may stand in it."""
    text = _IN_SQL.sub(rf"\1'{_HIDDEN}'", text[:_MOST_SQL])
    text = _URL_IN_TEXT.sub(lambda found: public_url(found[0]), text)
    text = _PAIR.sub(rf"\1={_HIDDEN}", text)
    return redact(text)[0]


def connection_source(connection: Any, known: str = "") -> str:
    """Return the URL of a database connection without credentials, as far as it says it.

    Parameters
    ----------
    connection : object
        A URL, or an engine, connection or session of SQLAlchemy.
    known : str
        What was noted when it was opened.
    """
    if isinstance(connection, str):
        return public_url(connection) if is_url(connection) else "database"
    root = type(connection).__module__.partition(".")[0]
    if root == "sqlalchemy":
        engine = getattr(connection, "engine", None) or getattr(connection, "bind", None)
        url = getattr(engine, "url", None)
        if url is not None:
            return public_url(url.render_as_string(hide_password=True))
    return known or f"{root}:"


def _is_secret(name: str, value: str) -> bool:
    if _SECRET_NAMES.search(name) or redact_value(name, value)[1]:
        return True
    return len(value) >= _LONG_VALUE and not re.search(r"[\s,/]", value)
