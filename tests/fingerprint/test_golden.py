"""The canonical form is frozen: every kind has the digest that it had when that was done.

A difference here means that stored digests lose their meaning. Never write these files anew:
a form that must change gets a number of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nbtrail.fingerprint import digest
from nbtrail.fingerprint.estimators import digest_estimator
from nbtrail.fingerprint.files import digest_directory, digest_file

GOLDEN = Path(__file__).parent / "golden"
LIBRARIES = ("estimators", "numpy", "pandas", "pillow", "polars", "pyarrow", "scipy", "values")

# pandas 2.2 and 3 have other dtypes for the same values: their schema is no constant.
OF_THE_VERSION = {"frame_of_texts", "indexed", "levels"}


def found(library: str, name: str, value: Any) -> dict[str, str]:
    if library == "estimators":
        return {"content": digest_estimator(value)}
    digests = digest(value).digest
    if name in OF_THE_VERSION:
        return {"content": digests.content}
    return {"content": digests.content, "schema": digests.schema}


def golden(library: str) -> dict[str, dict[str, str]]:
    return json.loads((GOLDEN / f"{library}.json").read_text())


def digests(kinds, library: str) -> dict[str, dict[str, str]]:
    return {name: found(library, name, make()) for name, make in kinds[library].items()}


@pytest.mark.parametrize("library", LIBRARIES)
def test_every_kind_has_its_golden_digest(kinds, library):
    assert digests(kinds, library) == golden(library)


def test_tensors_have_theirs(kinds):
    pytest.importorskip("torch")
    assert digests(kinds, "torch") == golden("torch")


def test_no_kind_is_left_out(kinds):
    assert set(kinds) == {*LIBRARIES, "torch"}


def test_files_and_folders_have_theirs(tmp_path):
    folder = tmp_path / "data"
    (folder / "b").mkdir(parents=True)
    (folder / "a.csv").write_bytes(b"x,y\n1,2\n")
    (folder / "b" / "empty").write_bytes(b"")
    (folder / "link").symlink_to("nowhere")
    (folder / "long").write_bytes(bytes(range(256)) * 20_000)
    long = folder / "long"
    values = {
        "file": digest_file(long),
        "sampled_file": digest_file(long, limit=2_000_000),
        "folder": digest_directory(folder),
    }
    assert {
        name: {"content": one.digest.content, "schema": one.digest.schema}
        for name, one in values.items()
    } == golden("files")


def test_a_sampled_digest_has_its_own(kinds):
    values = kinds["numpy"]["f8"]()
    assert golden("sampled") == {
        "f8": {"content": digest(values, limit=values.nbytes // 2).digest.content}
    }
