"""A leaked secret leaves no byte behind."""

from __future__ import annotations

import gzip
import io
import shutil
import sqlite3
import subprocess
import sys
import zipfile
import zlib
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nbtrail.entities.model import Artifact, ModelRecord
from nbtrail.entities.provenance import CodeVersion, ModuleSource
from nbtrail.entities.run import MarkKind, Param
from nbtrail.exceptions import UsageError
from nbtrail.store import operations as do
from nbtrail.store.doctor import examine
from nbtrail.store.needle import Needle
from nbtrail.store.scrub import scrub
from nbtrail.store.snapshots import Snapshot
from nbtrail.store.store import Store

SECRET = 'hunter2-"tr0ub4dor"-ü&3'


def zipped(text: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", text * 10)
    return buffer.getvalue()


def leak(store: Store, filling) -> str:
    """Put the secret into every table and kind of file; return the run's id."""
    filled = filling.fill(store)
    run_id = filled.run_id
    cell = filling._cell(filled.session_id, 1)
    store.call(do.record_cell(replace(cell, source=f"p = {SECRET!r}", code="p", output=SECRET)))
    store.call(do.log_params(run_id, [Param("password", repr(SECRET))]))
    # keys that differ in the secret alone
    store.call(do.set_tags(run_id, {f"a {SECRET}": SECRET, f"a {SECRET}{SECRET}": "x"}))
    store.call(do.set_tags(run_id, {f"b{SECRET}c": "1", f"b{SECRET.upper()}c": "2"}))
    store.call(do.log_params(run_id, [Param("C", SECRET)], amended=True, user="ada"))
    module = ModuleSource("conf", "conf.py", "12" * 32, 0)
    store.call(do.put_module(filled.session_id, module, f"KEY = {SECRET!r}\n"))
    for path, data in {
        "notes/plain.txt": f"it is {SECRET}!".encode(),
        "notes/image.png": b"\x89PNG\0" + SECRET.encode(),
        "notes/log.gz": gzip.compress(SECRET.encode()),
        "models/net/model.skops": zipped(SECRET),
    }.items():
        sha256, size = store.objects.put_bytes(data)
        store.call(do.log_artifact(run_id, Artifact(path, sha256, size)))
    model = ModelRecord("m-" + "9" * 32, "net", "a.B", "d", "sklearn-skops", "models/net", "ready")
    store.call(do.put_model(run_id, model))
    put = store.snapshots.put_blob
    entries = {
        b"src/keys.py": ("100644", put(f"KEY = {SECRET!r}\n".encode())),
        b"src/data.bin": ("100644", put(b"\0\xff" + SECRET.encode())),
        b"src/fine.py": ("100644", put(b"fine = 1\n")),
    }
    commit = store.snapshots.put(Snapshot("22" * 20, entries))
    store.snapshots.put_blob(f"orphan = {SECRET!r}".encode())
    store.call(do.set_code(run_id, CodeVersion("22" * 20, "main", True, (), "", commit)))
    store.writer._rescue.spill([do.set_note(run_id, f"note {SECRET}")])
    backup = store.root / "nbtrail.db.v1.backup"
    with closing(sqlite3.connect(backup)) as db, db:
        db.execute("CREATE TABLE params (key TEXT PRIMARY KEY, value TEXT)")
        db.execute("INSERT INTO params VALUES ('p', ?)", (SECRET,))
    return run_id


def holders(root: Path) -> list[str]:
    """Search every byte of a folder, in a process of its own, by means of its own."""
    code = """
import gzip, io, json, sys, zipfile, zlib
from pathlib import Path
secret = sys.stdin.read()
forms = {secret.encode(), json.dumps(secret)[1:-1].encode(), repr(secret)[1:-1].encode()}
def layers(data):
    yield data
    for unpack in (zlib.decompress, gzip.decompress):
        try: yield unpack(data)
        except Exception: pass
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as z:
            yield from map(z.read, z.namelist())
    except Exception: pass
for path in Path(sys.argv[1]).rglob("*"):
    if path.is_file() and any(f in layer for layer in layers(path.read_bytes()) for f in forms):
        print(path.relative_to(sys.argv[1]))
"""
    answer = subprocess.run(
        [sys.executable, "-c", code, str(root)],
        input=SECRET,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.split()


def test_no_byte_of_it_is_left(store: Store, filling) -> None:
    leak(store, filling)
    assert len(holders(store.root)) >= 8
    done = scrub(store.root, Needle.secret(SECRET))
    assert done.left == []
    assert holders(store.root) == []
    assert sorted(done.removed) == [
        "models/net/model.skops",
        "notes/image.png",
        "notes/log.gz",
        "src/data.bin of a snapshot",
    ]
    assert {"notes/plain.txt", "src/keys.py of a snapshot", "nbtrail.db.v1.backup (1 values)"} <= {
        *done.rewritten
    }
    assert any(name.startswith("rescue file") for name in done.rewritten)
    assert "nowhere" in done.text()
    assert examine(store.root).findings == ()


def test_the_rest_of_the_run_is_as_it_was_and_marked(store: Store, filling) -> None:
    run_id = leak(store, filling)
    before = store.reader.run(run_id)
    scrub(store.root, Needle.secret(SECRET))
    after = store.reader.run(run_id)
    (mark,) = (mark for mark in after.marks if mark.kind is MarkKind.REDACTED)
    assert all(word in mark.reason for word in ("params", "tags", "files", "snapshot", "cells"))
    assert SECRET not in repr(after)
    assert len(after.tags) == len(before.tags)
    assert repr(after.metrics) == repr(before.metrics)
    assert after.datasets == before.datasets
    text = next(a for a in after.artifacts if a.path == "notes/plain.txt")
    assert store.objects.read(text.sha256) == b"it is <redacted:scrubbed>!"
    assert next(m for m in after.models if m.name == "net").status == "not-kept"
    assert next(m for m in after.models if m.name == "clf").status == "ready"
    snapshot = store.snapshots.read(after.code.snapshot)
    code = {path: store.snapshots.blob(name) for path, (_, name) in snapshot.files.items()}
    assert code == {
        b"src/keys.py": b"KEY = '<redacted:scrubbed>'\n",
        b"src/fine.py": b"fine = 1\n",
    }
    assert after.code.left_out == ("src/data.bin: holds a secret",)
    (module,) = (m for m in store.reader.modules(after.session_id, 3) if m.name == "conf")
    assert "scrubbed" in store.reader.source(module.sha256)
    other = store.reader.run(store.reader.resolve("brisk-otter-other"))
    assert all(mark.kind is not MarkKind.REDACTED for mark in other.marks) or "cells" in str(
        other.marks
    )
    with (
        closing(sqlite3.connect(store.root / "nbtrail.db")) as db,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        db.execute("UPDATE amendments SET after = 'x'")


def test_a_second_time_there_is_nothing_to_do(store: Store, filling) -> None:
    leak(store, filling)
    scrub(store.root, Needle.secret(SECRET))
    again = scrub(store.root, Needle.secret(SECRET))
    assert (again.values, again.rewritten, again.removed, again.runs, again.left) == (
        {},
        [],
        [],
        0,
        [],
    )


def test_a_pattern_finds_every_match(store: Store, make_run) -> None:
    run = make_run(
        params=(Param("a", "key-AAAA1111"), Param("b", "key-BBBB2222"), Param("c", "key"))
    )
    store.call(do.start_run(run))
    scrub(store.root, Needle.matching(r"key-[A-Z]{4}\d{4}"))
    values = {param.key: param.value for param in store.reader.run(run.run_id).params}
    assert values == {"a": "<redacted:scrubbed>", "b": "<redacted:scrubbed>", "c": "key"}


@pytest.mark.parametrize("pattern", ["", "x*", "redacted", "("])
def test_patterns_that_match_everything_are_refused(pattern: str) -> None:
    with pytest.raises(UsageError):
        Needle.matching(pattern)
    with pytest.raises(UsageError, match="everywhere"):
        Needle.secret("abc")


def test_what_can_not_be_searched_is_said(store: Store, filling) -> None:
    filling.fill(store)
    pack = store.root / "git" / "objects" / "pack"
    pack.mkdir()
    (pack / "pack-1.pack").write_bytes(b"PACK" + zlib.compress(SECRET.encode()))
    done = scrub(store.root, Needle.secret(SECRET))
    assert done.left == ["git/objects/pack/pack-1.pack (packed by git: can't be searched)"]
    shutil.rmtree(pack)


def test_a_reader_of_the_old_state_is_named(store: Store, filling, python, monkeypatch) -> None:
    leak(store, filling)
    monkeypatch.setattr("nbtrail.store.scrub._TRUNCATE_S", 0.5)
    reading = python(
        "import sqlite3\n"
        "db = sqlite3.connect(root / 'nbtrail.db', isolation_level=None)\n"
        "db.execute('BEGIN'); db.execute('SELECT count(*) FROM runs').fetchone()\n"
        "print('reads', flush=True); time.sleep(120)\n"
    )
    try:
        assert reading.stdout is not None
        assert reading.stdout.readline() == "reads\n"
        done = scrub(store.root, Needle.secret(SECRET))
        assert any("another process reads the old state" in text for text in done.left)
    finally:
        reading.kill()
        reading.communicate()
    assert scrub(store.root, Needle.secret(SECRET)).left == []
    assert holders(store.root) == []
