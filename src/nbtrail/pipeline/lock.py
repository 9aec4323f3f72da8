"""Which installed distributions a script needs, pinned, with what those require."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from importlib import metadata

from packaging.markers import InvalidMarker
from packaging.requirements import InvalidRequirement, Requirement

__all__ = ["lock_text", "requirements_of"]


def requirements_of(recorded: Mapping[str, str]) -> dict[str, str]:
    """Return the pinned requirement of each importable top-level module.

    Parameters
    ----------
    recorded : mapping of str to str
        Distributions of the run's environment: their versions win over the installed ones.
    """
    versions = {_normal(name): version for name, version in recorded.items()}
    found: dict[str, str] = {}
    for module, distributions in metadata.packages_distributions().items():
        for name in distributions:
            version = versions.get(_normal(name)) or _installed(name)
            if version is not None:
                found.setdefault(module, f"{_normal(name)}=={version}")
    return found


def lock_text(requirements: Iterable[str], recorded: Mapping[str, str]) -> str:
    """Return the lines of ``requirements.lock``: the requirements and all they depend on."""
    versions = {_normal(name): version for name, version in recorded.items()}
    pinned: dict[str, str] = {}
    todo = [r.partition("==")[0] for r in requirements]
    while todo:
        name = _normal(todo.pop())
        if name in pinned:
            continue
        version = versions.get(name) or _installed(name)
        if version is None:
            continue
        pinned[name] = version
        todo += _needed_by(name)
    return "".join(f"{name}=={version}\n" for name, version in sorted(pinned.items()))


def _needed_by(name: str) -> list[str]:
    try:
        texts = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        return []
    found: list[str] = []
    for text in texts:
        try:
            requirement = Requirement(text)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                found.append(requirement.name)
        except (InvalidRequirement, InvalidMarker):
            continue
    return found


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
