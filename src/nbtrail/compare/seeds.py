"""Which params are seeds."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["SEEDS", "is_named"]

SEEDS = ("seed", "random_state", "random_seed")


def is_named(key: str, names: Sequence[str] = SEEDS) -> bool:
    """Say whether a param has one of some names: ``seed`` also means ``model__seed``, ``cv.seed``."""
    return any(key == name or key.endswith((f"__{name}", f".{name}")) for name in names)
