"""JupyterLab's side of the server: handlers inside jupyter_server, no port of its own."""

from __future__ import annotations

__all__: list[str] = []
