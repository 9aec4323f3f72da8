"""How commands refuse: one clear line, or one JSON document, and an exit code."""

from __future__ import annotations

import json
from collections.abc import Sequence

import click

from nbtrail.exceptions import UsageError
from nbtrail.views.terminal import visible, visible_json

__all__ = ["FAILED", "MISUSED", "refuse"]

FAILED, MISUSED = 1, 2


def refuse(error: Exception, *, as_json: bool) -> int:
    """Tell an error and return its exit code: 2 for what was asked wrongly, else 1."""
    misused = isinstance(error, (UsageError, click.UsageError))
    if as_json:
        from nbtrail.views.contract import error_body, error_code

        code = "usage" if isinstance(error, click.UsageError) else error_code(error)
        body = error_body(code, _text(error), _reasons(error))
        click.echo(visible_json(json.dumps(body, ensure_ascii=False)))
    else:
        click.echo(f"nbtrail: {visible(_text(error))}", err=True)
    return MISUSED if misused else FAILED


def _text(error: Exception) -> str:
    if not isinstance(error, click.UsageError):
        return str(error)
    way = f" See: {error.ctx.command_path} --help" if error.ctx is not None else ""
    return f"{error.format_message()}{way}"


def _reasons(error: Exception) -> Sequence[str]:
    return getattr(error, "reasons", ())
