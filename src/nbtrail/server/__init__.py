"""JupyterLab's side: read-only handlers inside jupyter_server, no port of their own."""

from __future__ import annotations

__all__: list[str] = []
