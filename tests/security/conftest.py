"""Canaries: what an attack would leave behind, looked for after each test."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest
from click.testing import CliRunner

from nbtrail.cli.main import commands
from nbtrail.cli.refusal import refuse
from nbtrail.store.store import Store

Cli = Callable[..., tuple[int, str]]


class Canary:
    """A file that only an attack that works would write.

    Attributes
    ----------
    path : Path
    command : str
        A shell command that writes it.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "canary"
        self.command = f"touch {self.path}"

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (self.command,)  # what a pickle of it runs when it is loaded

    @property
    def is_alive(self) -> bool:
        return not self.path.exists()


@pytest.fixture
def canary(tmp_path: Path) -> Iterator[Canary]:
    nest = tmp_path / "nest"
    nest.mkdir()
    canary = Canary(nest)
    # a canary that can't notice anything would prove nothing
    assert os.system(canary.command) == 0
    assert not canary.is_alive
    canary.path.unlink()
    yield canary
    assert canary.is_alive, "somebody else's code was run"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the working folder, and the only one that may change."""
    folder = tmp_path / "around" / "project"
    (folder / ".git").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("NBTRAIL_DIR", raising=False)
    return folder


@pytest.fixture
def store(project: Path) -> Iterator[Store]:
    opened = Store.open(project / ".nbtrail", create=True)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def filling() -> ModuleType:
    """What stores something in every table: see filling.py of the store's tests."""
    path = Path(__file__).parents[1] / "store" / "filling.py"
    spec = importlib.util.spec_from_file_location("security_filling", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def cli() -> Cli:
    """Run a command line; return exit code and everything that it printed."""

    def run(*arguments: str) -> tuple[int, str]:
        runner = CliRunner()
        with runner.isolation() as streams:
            try:
                code = commands.main(list(arguments), prog_name="nbtrail", standalone_mode=False)
            except Exception as error:  # what `main` does with what was asked wrongly
                code = refuse(error, as_json="--json" in arguments)
            said = b"".join(stream.getvalue() for stream in streams[:2])
        return code if isinstance(code, int) else 0, said.decode("utf-8", "surrogateescape")

    return run


def everything_below(folder: Path) -> dict[str, bytes | None]:
    """Return each path below a folder with its bytes."""
    return {str(path): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}
