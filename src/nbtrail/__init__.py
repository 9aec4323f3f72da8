"""nbtrail: every result in your notebook found, compared, explained, repeated and shipped.

In a notebook: ``%load_ext nbtrail``, then ``%track?``. In Python: the client
functions below, which load what they need only when they are first used.
"""

from __future__ import annotations

from nbtrail._version import __version__

__all__ = ["__version__"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    """Tell JupyterLab's developer tools where the built extension lies."""
    return [{"src": "labextension", "dest": "nbtrail-labextension"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    """Tell jupyter_server which extension to load; only the server imports it."""
    from nbtrail.server.extension import NbtrailExtension

    return [{"module": "nbtrail.server.extension", "app": NbtrailExtension}]
