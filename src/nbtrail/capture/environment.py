"""What the run ran on: interpreter, platform and every installed distribution.

Names and versions stand in the folder names of the installed metadata, so one listing
of each folder on the path is enough (a hundred times quicker than reading the files).
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from dataclasses import replace

from nbtrail.entities.codec import dumps
from nbtrail.entities.provenance import Environment

__all__ = ["capture_environment"]

_METADATA = re.compile(r"(?P<name>.+?)-(?P<version>\d[^-]*)(-py[\d.]+)?\.(dist-info|egg-info)")


def capture_environment() -> Environment:
    """Return the present process's environment (about a millisecond)."""
    found = Environment(
        digest="",
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        platform=platform.platform(),
        machine=platform.machine(),
        executable=sys.executable or "",
        packages=dict(sorted(_packages().items())),
    )
    digest = hashlib.sha256(dumps(found).encode()).hexdigest()
    return replace(found, digest=digest)


def _packages() -> dict[str, str]:
    packages: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = [entry.name for entry in os.scandir(folder or ".")]
        except OSError:
            continue
        for name in names:
            match = _METADATA.fullmatch(name)
            if match:
                # the first on the path is the one that is imported
                key = re.sub(r"[-_.]+", "-", match["name"]).lower()
                packages.setdefault(key, match["version"])
    return packages
