"""Which installed distributions a script needs, pinned, with what those require."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

from packaging.markers import InvalidMarker
from packaging.requirements import InvalidRequirement, Requirement

__all__ = ["Requirements", "lock_text"]

_OTHERWISE_NAMED = {"sklearn": "scikit-learn", "PIL": "pillow", "yaml": "pyyaml"}


class Requirements(Mapping[str, str]):
    """The pinned requirement of each importable top-level module.

    Modules that are named as their distribution are looked up alone; the list of all files of
    all distributions is read only when that does not do.

    Parameters
    ----------
    recorded : mapping of str to str
        Distributions of the run's environment: their versions win over the installed ones.
    """

    def __init__(self, recorded: Mapping[str, str]) -> None:
        self._versions = {_normal(name): version for name, version in recorded.items()}
        self._known: dict[str, str | None] = {}
        self._every: Mapping[str, list[str]] | None = None

    def __getitem__(self, module: str) -> str:
        if module not in self._known:
            self._known[module] = self._find(module)
        found = self._known[module]
        if found is None:
            raise KeyError(module)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._distributions())

    def __len__(self) -> int:
        return len(self._distributions())

    def _find(self, module: str) -> str | None:
        if module in sys.stdlib_module_names or module.startswith("_"):
            return None
        name = _OTHERWISE_NAMED.get(module, module)
        if _provides(name, module):
            return self._pinned(name)
        for other in self._distributions().get(module, ()):
            pinned = self._pinned(other)
            if pinned is not None:
                return pinned
        return None

    def _pinned(self, name: str) -> str | None:
        version = self._versions.get(_normal(name)) or _installed(name)
        return f"{_normal(name)}=={version}" if version is not None else None

    def _distributions(self) -> Mapping[str, list[str]]:
        if self._every is None:
            self._every = metadata.packages_distributions()
        return self._every


def _provides(name: str, module: str) -> bool:
    """Say whether the distribution of that name brings the module."""
    try:
        found = metadata.distribution(name)
    except (metadata.PackageNotFoundError, ValueError):
        return False
    place = found.locate_file(module)
    return Path(str(place)).is_dir() or Path(f"{place}.py").is_file()


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
