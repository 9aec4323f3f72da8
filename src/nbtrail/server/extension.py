"""The server extension: settings, routes, and the hints that something changed."""

from __future__ import annotations

from jupyter_server.extension.application import ExtensionApp

__all__ = ["NbtrailExtension"]


class NbtrailExtension(ExtensionApp):
    """Serve the project's runs to the panel in JupyterLab and Notebook."""

    name = "nbtrail"
