"""Entities as people and programs see them: HTML, text, pictures and the JSON contract."""

from __future__ import annotations

__all__: list[str] = []
