"""Values of every kind as a fixture, since the tests' folders are no packages."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

_SPEC = importlib.util.spec_from_file_location("digest_kinds", Path(__file__).parent / "kinds.py")


@pytest.fixture(scope="session")
def kinds():
    module = importlib.util.module_from_spec(_SPEC)
    _SPEC.loader.exec_module(module)
    return module.KINDS
