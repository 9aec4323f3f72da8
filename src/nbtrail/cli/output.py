"""How commands answer: text for people, one JSON document with ``--json``."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from nbtrail.cli.refusal import refuse
from nbtrail.config import find_store
from nbtrail.exceptions import NbtrailError, NotFoundError
from nbtrail.store.store import Store
from nbtrail.views.terminal import visible, visible_json

__all__ = ["answer", "fail", "find_root", "open_store", "store_option", "verb"]

store_option = click.option("--store", "place", metavar="DIR", help="The .nbtrail folder.")


def verb(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command ``--json``, and make its errors one clear line.

    Exit codes: 1 for what failed, 2 for what was asked wrongly.
    """

    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON document.")
    @functools.wraps(command)
    def run(*args: Any, as_json: bool, **kwargs: Any) -> None:
        try:
            command(*args, as_json=as_json, **kwargs)
        except (NbtrailError, OSError) as error:
            fail(error, as_json=as_json)
        except (click.exceptions.Exit, click.Abort, click.ClickException):
            raise
        except Exception as error:
            if os.environ.get("NBTRAIL_DEBUG"):
                raise
            fail(_unforeseen(error), as_json=as_json)

    return run


def _unforeseen(error: Exception) -> NbtrailError:
    return NbtrailError(
        f"This failed in a way that nobody foresaw ({type(error).__name__}: {error}). If the trail "
        "comes from somebody else or was edited by hand, look at it with: nbtrail store doctor. "
        "NBTRAIL_DEBUG=1 shows the traceback."
    )


def fail(error: Exception, *, as_json: bool) -> NoReturn:
    """Tell an error and leave the command with its exit code."""
    raise click.exceptions.Exit(refuse(error, as_json=as_json)) from error


def answer(document: Any, text: str | Callable[[], str], *, as_json: bool) -> None:
    """Print a document as JSON, or its text; nothing in either acts on a terminal."""
    if as_json:
        plain = json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False)
        click.echo(visible_json(plain))
    else:
        click.echo(visible(text if isinstance(text, str) else text()))


def open_store(path: str | None) -> Store:
    """Open the store at `path`, else the one that belongs to the working folder.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    return Store.open(
        find_root(path), warn=lambda text: click.echo(f"nbtrail: {visible(text)}", err=True)
    )


def find_root(path: str | None) -> Path:
    """Return the .nbtrail folder at `path`, else that of the working folder.

    Raises
    ------
    NotFoundError
        When there is none.
    """
    root = Path(path) if path else find_store(Path.cwd(), existing=True)
    if root is None or not root.is_dir():
        where = f"at {path}" if path else f"for {Path.cwd()} or any folder above it"
        raise NotFoundError(
            f"There is no trail (.nbtrail folder) {where}. Change to the project's folder, "
            "give --store, or start a trail in a notebook with %load_ext nbtrail."
        )
    return root
