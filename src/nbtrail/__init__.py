"""nbtrail: every result in your notebook found, compared, explained, repeated and shipped.

In a notebook: ``%load_ext nbtrail``, then ``%track?``. In Python: the functions below,
which load what they need only when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from nbtrail._version import __version__

if TYPE_CHECKING:
    from nbtrail import plot, widgets
    from nbtrail.tracking.client import (
        active_run,
        end_run,
        log_artifact,
        log_dict,
        log_figure,
        log_input,
        log_metric,
        log_metrics,
        log_model,
        log_param,
        log_params,
        log_text,
        set_note,
        set_tag,
        set_tags,
        start_run,
    )
    from nbtrail.tracking.decorator import track
    from nbtrail.ui.actions import (
        check_gates,
        delete_run,
        describe_model,
        export,
        keep,
        load_model,
        model_card,
        promote,
        restore_code,
        restore_run,
        retrain,
        rollback,
        set_model_tags,
        verify,
    )
    from nbtrail.ui.verbs import (
        compare,
        diff_data,
        get_run,
        models,
        runs,
        search_runs,
        show,
        why,
    )

__all__ = [
    "__version__",
    "active_run",
    "check_gates",
    "compare",
    "delete_run",
    "describe_model",
    "diff_data",
    "end_run",
    "export",
    "get_run",
    "keep",
    "load_model",
    "log_artifact",
    "log_dict",
    "log_figure",
    "log_input",
    "log_metric",
    "log_metrics",
    "log_model",
    "log_param",
    "log_params",
    "log_text",
    "model_card",
    "models",
    "plot",
    "promote",
    "restore_code",
    "restore_run",
    "retrain",
    "rollback",
    "runs",
    "search_runs",
    "set_model_tags",
    "set_note",
    "set_tag",
    "set_tags",
    "show",
    "start_run",
    "track",
    "verify",
    "why",
    "widgets",
]

_MODULES = ("plot", "widgets")
_PLACES = {
    "track": "nbtrail.tracking.decorator",
    **dict.fromkeys(
        [
            "check_gates",
            "delete_run",
            "describe_model",
            "export",
            "keep",
            "load_model",
            "model_card",
            "promote",
            "restore_code",
            "restore_run",
            "retrain",
            "rollback",
            "set_model_tags",
            "verify",
        ],
        "nbtrail.ui.actions",
    ),
    **dict.fromkeys(
        ["compare", "diff_data", "get_run", "models", "runs", "search_runs", "show", "why"],
        "nbtrail.ui.verbs",
    ),
}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module 'nbtrail' has no attribute {name!r}")
    if name in _MODULES:
        return importlib.import_module(f"nbtrail.{name}")
    module = _PLACES.get(name, "nbtrail.tracking.client")
    value = getattr(importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


def load_ipython_extension(shell: Any) -> None:
    """Start to record: ``%load_ext nbtrail``."""
    from nbtrail.ui.extension import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Stop to record and restore everything: ``%unload_ext nbtrail``."""
    from nbtrail.ui.extension import unload

    unload(shell)


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab's developer tools where the built extension lies."""
    return [{"src": "labextension", "dest": "nbtrail-labextension"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell jupyter_server which extension to load; only the server imports it."""
    from nbtrail.server.extension import NbtrailExtension

    return [{"module": "nbtrail.server.extension", "app": NbtrailExtension}]
