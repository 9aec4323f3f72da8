"""What a response of another machine says of the data that it carries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from nbtrail.capture.calls import Call
from nbtrail.capture.readlog import SourceReading
from nbtrail.capture.sources import is_url, public_url

__all__ = ["response_reading"]

# keys of fsspec's info, by how exactly they name one state of a file
_STATES = (
    ("version", ("VersionId", "version_id", "versionId", "generation", "last_commit", "blob_id")),
    ("etag", ("ETag", "etag")),
    ("last-modified", ("LastModified", "last_modified", "updated", "mtime", "modified")),
)
_HEADERS = (
    ("version", ("x-amz-version-id", "x-goog-generation", "x-repo-commit")),
    ("etag", ("etag",)),
    ("last-modified", ("last-modified",)),
)


def response_reading(call: Call) -> SourceReading | None:
    """Return what was read with a response, or None when it is no reading of data."""
    caller = call.caller.f_code.co_name if call.caller is not None else ""
    if caller.startswith(("http_error", "resolve_redirects")):
        return None  # a step on the way; the outer call has the URL that the user gave
    if "path" in call.arguments:
        return _opened_file(call)
    return _response(call)


def _response(call: Call) -> SourceReading | None:
    request = call.arguments.get("request") or call.arguments.get("fullurl")
    response = call.result
    url = request if isinstance(request, str) else _attribute(request, ("full_url", "url"))
    if not is_url(url) or _attribute(response, ("status_code", "status")) not in {"200", "206"}:
        return None
    method = getattr(request, "method", None) or (
        "POST" if call.arguments.get("data") is not None else "GET"
    )
    if str(method).upper() != "GET":
        return None
    headers = getattr(response, "headers", None)
    found = {str(k).lower(): v for k, v in headers.items()} if headers is not None else {}
    return SourceReading(public_url(url), _state(found, _HEADERS))


def _opened_file(call: Call) -> SourceReading | None:
    """Take a file that fsspec opened; nothing is asked of the other machine."""
    path, mode = call.arguments["path"], call.arguments.get("mode", "rb")
    if not isinstance(path, str) or not isinstance(mode, str) or set(mode) & set("wax+"):
        return None
    protocol: Any = getattr(type(call.arguments["self"]), "protocol", "")
    names = (protocol,) if isinstance(protocol, str) else tuple(protocol)
    if not names or {"file", "local", "abstract"} & set(names):
        return None
    url = path if "://" in path else f"{names[0]}://{path.lstrip('/')}"
    held = getattr(call.result, "__dict__", {})
    details = held.get("_details") or held
    if not isinstance(details, Mapping):
        details = {}
    return SourceReading(public_url(url), _state(details, _STATES))


def _state(found: Mapping[str, Any], kinds: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    for kind, names in kinds:
        for name in names:
            value = found.get(name)
            if value is not None and value != "":
                return f"{kind} {value}".replace('"', "")[:200]
    return ""


def _attribute(value: Any, names: tuple[str, ...]) -> str:
    for name in names:
        held = getattr(value, name, None)
        if held is not None:
            return str(held)
    return ""
