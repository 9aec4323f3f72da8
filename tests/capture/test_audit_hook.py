"""What the audit hook tells, and that it is silent otherwise."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from nbtrail.capture import audit
from nbtrail.capture.audit import SystemKind


@pytest.fixture
def files():
    seen = []
    audit.subscribe(seen.append)
    yield seen
    audit.unsubscribe(seen.append)


@pytest.fixture
def system():
    seen = []
    audit.subscribe_system(seen.append)
    yield seen
    audit.unsubscribe(seen.append)


def modes(seen, path):
    return [e.mode for e in seen if e.path == str(path)]


def test_reads_and_writes_are_told_apart(files, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("x")
    path.read_text()
    with path.open("a") as handle:
        handle.write("y")
    with path.open("r+") as handle:
        handle.read()
    assert modes(files, path) == ["w", "r", "rw", "rw"]


def test_paths_are_absolute(files, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("b.txt").write_text("x")
    assert modes(files, tmp_path / "b.txt") == ["w"]


def test_moves_and_removals_are_writes(files, tmp_path):
    (tmp_path / "c").write_text("")
    (tmp_path / "c").rename(tmp_path / "d")
    (tmp_path / "d").unlink()
    (tmp_path / "e").mkdir()
    assert modes(files, tmp_path / "d") == ["w", "w"]
    assert modes(files, tmp_path / "e") == ["w"]


def test_noise_is_left_out(files):
    Path("/proc/self/status").read_text()
    Path(os.__file__).read_text()
    assert files == []


def test_bundled_data_of_a_library_counts(files):
    import sklearn.datasets

    sklearn.datasets.load_iris()
    assert any(e.path.endswith("iris.csv") for e in files)


def test_file_descriptors_are_ignored(files, tmp_path):
    descriptor = os.open(tmp_path / "f", os.O_CREAT | os.O_WRONLY)
    with os.fdopen(descriptor, "w"):
        pass
    assert modes(files, tmp_path / "f") == ["w"]


def test_processes_and_variables(system, monkeypatch):
    subprocess.run([sys.executable, "-c", "0"], check=True)
    monkeypatch.setenv("NBTRAIL_TEST_KEY", "1")
    assert any(e.kind is SystemKind.PROCESS and "-c 0" in e.value for e in system)
    assert any(e.kind is SystemKind.ENVIRONMENT and e.value == "NBTRAIL_TEST_KEY" for e in system)


def test_a_failing_subscriber_does_no_harm(tmp_path):
    def broken(_event):
        raise RuntimeError("ours")

    audit.subscribe(broken)
    try:
        (tmp_path / "g").write_text("fine")
    finally:
        audit.unsubscribe(broken)
    assert (tmp_path / "g").read_text() == "fine"


def test_subscribers_may_open_files_themselves(tmp_path):
    seen = []

    def reader(event):
        seen.append(event.path)
        (tmp_path / "own").write_text("x")

    audit.subscribe(reader)
    try:
        (tmp_path / "h").write_text("x")
    finally:
        audit.unsubscribe(reader)
    assert seen == [str(tmp_path / "h")]


def test_nothing_is_told_after_unsubscribing(tmp_path):
    seen = []
    audit.subscribe(seen.append)
    audit.unsubscribe(seen.append)
    audit.unsubscribe(seen.append)
    (tmp_path / "i").write_text("x")
    assert seen == []
