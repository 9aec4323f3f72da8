"""Which notebook is this kernel running? Front ends say it in different ways."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["find_notebook"]


def find_notebook(namespace: Mapping[str, Any]) -> Path | None:
    """Return the path of the notebook, or None when nobody says it.

    In this order: ``NBTRAIL_NOTEBOOK``; VS Code's variable in the user's namespace;
    ``JPY_SESSION_NAME`` of jupyter_server. Headless runners (nbclient, papermill) say
    nothing, so they need the first.
    """
    candidates = (
        os.environ.get("NBTRAIL_NOTEBOOK"),
        namespace.get("__vsc_ipynb_file__"),
        os.environ.get("JPY_SESSION_NAME"),
    )
    for candidate in candidates:
        if isinstance(candidate, str) and candidate.endswith(".ipynb"):
            return Path(candidate).absolute()
    return None
