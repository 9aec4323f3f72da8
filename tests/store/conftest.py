"""Stores and runs for the tests of this room."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.store.store import Store


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, warnings: list[str]) -> Iterator[Store]:
    opened = Store.open(tmp_path / ".nbtrail", create=True, warn=warnings.append)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def filling() -> ModuleType:
    """What stores something in every table: see filling.py beside this file."""
    spec = importlib.util.spec_from_file_location(
        "store_filling", Path(__file__).with_name("filling.py")
    )
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # its dataclasses look for it there
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def make_run() -> Callable[..., Run]:
    def make(name: str = "sunny-fox-1", **fields: object) -> Run:
        defaults = {
            "run_id": new_id(),
            "experiment": Experiment("default"),
            "status": RunStatus.FINISHED,
            "started_ms": time.time_ns() // 1_000_000,
        }
        return Run(name=name, **(defaults | fields))

    return make


@pytest.fixture
def python(tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Start a fresh interpreter on some code; `root` is the store's folder in it."""

    def start(code: str) -> subprocess.Popen[str]:
        head = f"from pathlib import Path\nroot = Path({str(tmp_path / '.nbtrail')!r})\n"
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", head + PRELUDE + code],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    return start


PRELUDE = """
import os, time
from nbtrail.store.store import Store
from nbtrail.store import operations as do
from nbtrail.entities.run import Experiment, Metric, MetricPoint, Param, Run, RunStatus
from nbtrail.entities.identity import new_id
def make(name, **fields):
    defaults = dict(run_id=new_id(), experiment=Experiment("default"),
                    status=RunStatus.RUNNING, started_ms=time.time_ns() // 1_000_000)
    return Run(name=name, **(defaults | fields))
"""
