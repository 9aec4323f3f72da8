"""Sample records and hostile texts as fixtures, since the tests' folders are no packages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest


def _module(name):
    path = Path(__file__).parent / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"view_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def samples():
    return _module("samples")


@pytest.fixture(scope="session")
def hostile():
    return _module("hostile")
