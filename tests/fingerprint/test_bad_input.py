"""Whatever is thrown at a digest, it answers or refuses in words: it never hangs, runs the
user's code or uses anything up."""

from __future__ import annotations

import os
import socket
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nbtrail.entities.dataset import Coverage
from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.diff import diff_values
from nbtrail.fingerprint.estimators import digest_estimator
from nbtrail.fingerprint.files import digest_directory, digest_file
from nbtrail.fingerprint.profiles import profile


def content(value) -> str:
    return digest(value).digest.content


class Hostile:
    """Every question about its value ends the test."""

    def __init__(self, number: int = 0) -> None:
        self.number = number

    def _never(self, *_: object) -> None:
        raise AssertionError("code of the user's was run")

    __repr__ = __str__ = __eq__ = __ne__ = __hash__ = __len__ = __bool__ = __iter__ = _never
    __lt__ = __float__ = __int__ = _never


class HostileText(str):
    __slots__ = ()
    encode = __len__ = __eq__ = __hash__ = __str__ = Hostile._never


class HostileFloat(float):
    __eq__ = __ne__ = __hash__ = __float__ = __repr__ = Hostile._never


class HostileInt(int):
    __eq__ = __ne__ = __hash__ = __int__ = __index__ = __repr__ = Hostile._never


class HostileList(list):
    __len__ = __iter__ = __eq__ = __repr__ = Hostile._never


def column(*values) -> pd.Series:
    cells = np.empty(len(values), dtype=object)
    for i, value in enumerate(values):
        cells[i] = value
    return pd.Series(cells, dtype=object)


def test_code_of_the_users_is_never_run():
    one, other = column(Hostile(1), "x", None), column(Hostile(2), "x", None)
    assert content(one) == content(column(Hostile(1), "x", None))
    assert content(one) != content(other)
    assert profile(one).columns[0].distinct == -1
    (cell,) = diff_values(one, other).cells
    assert cell.old.endswith(".Hostile>")
    assert digest_estimator({"a": Hostile(1)}) != digest_estimator({"a": Hostile(2)})


def test_subclasses_of_plain_types_are_their_values():
    hostile = column(HostileText("é"), HostileFloat(2.5), HostileInt(7), HostileList([1]))
    assert content(hostile) == content(column("é", 2.5, 7, [1]))
    assert content(column(HostileText("a"))) == content(column("a"))
    assert content(column(HostileFloat(1.5))) == content(column(1.5))
    assert content(column(HostileInt(3))) == content(column(3))


def test_a_hostile_label_is_named_by_its_class():
    class Label(Hostile):
        __hash__ = object.__hash__
        __eq__ = object.__eq__

    frame = pd.DataFrame({"a": [1]})
    frame.columns = pd.Index(np.array([Label()], dtype=object))
    assert digest(frame).columns[0].name.endswith(".Label>")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([2**70], [2**70 + 1]),
        ([-(2**70), "x"], [-(2**70) - 1, "x"]),
        ([10**5000, "x"], [10**5000 + 1, "x"]),
        (["\ud800"], ["\ud801"]),
        ([float("inf")], [float("-inf")]),
        ([float("nan"), 1.0], [1.0, float("nan")]),
        ([{"a": [1, {2}]}, "x"], [{"a": [1, {3}]}, "x"]),
        ([[], {}, set(), None, b"", ""], [[], {}, set(), b"", None, ""]),
    ],
)
def test_odd_values_are_told_apart(one, other):
    assert content(one) == content(list(one))
    assert content(one) != content(other)
    assert content(column(*one)) != content(column(*other))


def test_nothing_is_consumed():
    source = iter(range(3))
    for value in (source, {"a": source}, [[source]], column(source)):
        with pytest.raises(FingerprintError, match="use it up"):
            digest(value)
    assert list(source) == [0, 1, 2]


def test_values_within_themselves_are_refused_or_followed():
    inner: list = []
    inner.append(inner)
    for value in (inner, column(inner)):
        with pytest.raises(FingerprintError, match="itself"):
            digest(value)
    own: dict = {}
    own["own"] = own
    assert digest_estimator(own) == digest_estimator(own)


def test_special_files_are_refused_without_being_opened(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listener:
        here = Path.cwd()
        os.chdir(tmp_path)  # the path of a socket may not be long
        listener.bind("door")
        os.chdir(here)
        for name, word in {
            "pipe": "named pipe",
            "door": "socket",
            "loop": "loop",
            ".": "folder",
        }.items():
            found: list[Exception] = []

            def attempt(name: str = name, found: list[Exception] = found) -> None:
                try:
                    digest_file(tmp_path / name)
                except FingerprintError as error:
                    found.append(error)

            thread = threading.Thread(target=attempt, daemon=True)
            thread.start()
            thread.join(20)
            assert not thread.is_alive(), f"{name} was waited for"
            assert word in str(found[0]) or "symbolic links" in str(found[0])
    assert [c.dtype for c in digest_directory(tmp_path).columns] == ["socket", "link", "named pipe"]


def test_a_folder_that_links_to_itself_ends(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "file").write_text("x")
    (tmp_path / "same").symlink_to("file")
    found = {c.name: c for c in digest_directory(tmp_path).columns}
    assert set(found) == {"a/up", "file", "same"}
    assert found["same"].content == found["file"].content


def test_a_deleted_file_and_an_impossible_name(tmp_path):
    path = tmp_path / "gone.csv"
    path.write_text("x")
    digest_file(path)
    path.unlink()
    for missing in (path, "a\0b"):
        with pytest.raises(FingerprintError, match="can't be digested"):
            digest_file(missing)


@pytest.mark.slow
def test_a_sparse_file_of_five_gigabytes(tmp_path):
    path = tmp_path / "holes"
    with path.open("wb") as file:
        file.truncate(5 * 10**9)
    whole = digest_file(path)
    assert (whole.rows, whole.digest.coverage) == (5 * 10**9, Coverage.FULL)
    sampled = digest_file(path, limit=10**8)
    assert sampled.digest.coverage is Coverage.SAMPLED
    assert sampled.digest.content != whole.digest.content
