"""Files are digested by their bytes, and read again only when they changed."""

from __future__ import annotations

import os

import pytest

from nbtrail.exceptions import FingerprintError
from nbtrail.fingerprint.files import digest_directory, digest_file


def test_content_and_size(tmp_path):
    one, other = tmp_path / "a.csv", tmp_path / "b.csv"
    one.write_bytes(b"x" * 100)
    other.write_bytes(b"x" * 100)
    assert digest_file(one) == digest_file(other)
    assert (digest_file(one).kind, digest_file(one).rows) == ("file", 100)
    other.write_bytes(b"")
    assert digest_file(other).rows == 0
    assert digest_file(other) != digest_file(one)


def test_a_rewrite_with_the_same_size_and_time_is_seen(tmp_path):
    path = tmp_path / "data"
    path.write_bytes(b"one")
    os.utime(path, ns=(10**18, 10**18))
    first = digest_file(path)
    path.write_bytes(b"two")
    os.utime(path, ns=(10**18, 10**18))
    assert digest_file(path) != first


def test_directories_by_relative_path(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "x").write_text("1")
    (tmp_path / "a" / "y").write_text("2")
    found = digest_directory(tmp_path / "a")
    assert [c.name for c in found.columns] == ["b/x", "y"]
    (tmp_path / "a").rename(tmp_path / "moved")
    assert digest_directory(tmp_path / "moved") == found


def test_missing_files_are_named(tmp_path):
    with pytest.raises(FingerprintError, match=r"nowhere\.csv"):
        digest_file(tmp_path / "nowhere.csv")
    with pytest.raises(FingerprintError, match="nowhere"):
        digest_directory(tmp_path / "nowhere")
