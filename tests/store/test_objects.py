"""Objects are named by their content and checked when read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from nbtrail.exceptions import StoreError
from nbtrail.store.store import Store


def test_bytes_and_files_are_stored_once(store: Store, tmp_path: Path) -> None:
    data = b"x" * 3_000_000
    (tmp_path / "a.bin").write_bytes(data)
    name = hashlib.sha256(data).hexdigest()
    assert store.objects.put_bytes(data) == (name, len(data))
    assert store.objects.put_file(tmp_path / "a.bin") == (name, len(data))
    assert store.objects.read(name) == data
    assert [p for p in store.objects.root.rglob("*") if p.is_file()] == [store.objects.path(name)]


def test_changed_bytes_are_refused(store: Store) -> None:
    name, _ = store.objects.put_bytes(b"model")
    store.objects.path(name).chmod(0o644)
    store.objects.path(name).write_bytes(b"other")
    with pytest.raises(StoreError, match="was changed on the disk"):
        store.objects.read(name)


@pytest.mark.parametrize("name", ["../../etc/passwd", "A" * 64, "", "a" * 63, "a" * 64 + "/x"])
def test_only_a_digest_is_a_name(store: Store, name: str) -> None:
    with pytest.raises(StoreError, match="not the name of an object"):
        store.objects.path(name)


def test_what_is_missing_is_said(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="missing"):
        store.objects.read("0" * 64)
    with pytest.raises(StoreError, match="can't be kept"):
        store.objects.put_file(tmp_path / "nothing")
