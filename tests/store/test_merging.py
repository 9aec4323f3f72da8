"""Runs travel as bundles and trails, and arrive once."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from nbtrail.entities.cell import CellExecution, CellStatus, StatementFacts
from nbtrail.entities.codec import dumps
from nbtrail.entities.dataset import Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.identity import new_id
from nbtrail.entities.model import AliasMove, ModelRecord, ModelVersion
from nbtrail.entities.provenance import Session
from nbtrail.entities.run import Experiment, MetricPoint, Run, RunStatus
from nbtrail.exceptions import NotFoundError, SchemaTooNewError, StoreError
from nbtrail.store import operations as do
from nbtrail.store.bundle import write_bundle
from nbtrail.store.doctor import examine
from nbtrail.store.merge import merge
from nbtrail.store.migrations import SCHEMA_VERSION
from nbtrail.store.store import Store
from nbtrail.store.tables import TABLES


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(tmp_path / "other" / ".nbtrail", create=True)
    yield opened
    opened.close()


def dump(store: Store) -> list[str]:
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        return list(db.iterdump())


def files(store: Store) -> list[str]:
    kept = ("objects", "git")
    return sorted(
        path.relative_to(store.root).as_posix()
        for name in kept
        for path in (store.root / name).rglob("*")
        if path.is_file()
    )


def test_every_table_of_the_schema_is_known(store: Store) -> None:
    with closing(sqlite3.connect(store.root / "nbtrail.db")) as db:
        names = {
            name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
        assert {table.name for table in TABLES} == names - {"meta", "sqlite_sequence"} - {
            name for name in names if name.startswith("sqlite_")
        }
        numbers = {table.name: table.number for table in TABLES if table.number}
        for table in TABLES:
            columns = {row[1] for row in db.execute(f"PRAGMA table_info({table.name})")}
            assert columns >= {*table.key, *table.links} | ({table.number} - {""}), table
            linked = {
                row[3]: row[2]
                for row in db.execute(f"PRAGMA foreign_key_list({table.name})")
                if row[2] in numbers and row[2] != "model_versions"
            }
            assert dict(table.links) == linked, table


def test_a_whole_trail_arrives_and_arrives_once(store: Store, other: Store, filling) -> None:
    filled = filling.fill(store)
    done = merge(other.root, store.root.parent)
    assert set(done.added) == {filled.run_id, filled.child_id, filled.other_id}
    assert (done.completed, done.known, done.missing) == ((), (), ())
    for run_id in done.added:
        assert dumps(other.reader.run(run_id)) == dumps(store.reader.run(run_id))
    assert other.reader.history(filled.run_id, "loss") == store.reader.history(
        filled.run_id, "loss"
    )
    assert other.reader.cells(filled.session_id) == store.reader.cells(filled.session_id)
    assert other.reader.episodes() == store.reader.episodes()
    assert files(other) == files(store)
    before = dump(other)
    again = merge(other.root, store.root)
    assert (again.added, len(again.known), again.versions) == ((), 3, ())
    assert dump(other) == before
    assert files(other) == files(store)


def test_a_bundle_holds_the_chosen_run_and_what_it_needs(
    store: Store, other: Store, filling, tmp_path: Path
) -> None:
    filled = filling.fill(store)
    bundled = write_bundle(store.root, tmp_path / "one.trail", [filled.run_id])
    assert (bundled.runs, bundled.files, bundled.snapshots) == (2, 2, 1)
    done = merge(other.root, tmp_path / "one.trail")
    assert set(done.added) == {filled.run_id, filled.child_id}
    assert dumps(other.reader.run(filled.run_id)) == dumps(store.reader.run(filled.run_id))
    assert [cell.seq for cell in other.reader.cells(filled.session_id)] == [0, 1, 2]
    (module,) = other.reader.modules(filled.session_id, 2)
    assert other.reader.source(module.sha256) == store.reader.source(module.sha256)
    assert other.snapshots.read(filled.snapshot) == store.snapshots.read(filled.snapshot)
    assert other.reader.model_version("churn@champion").origin == "churn/1 of one.trail"
    assert other.reader.episodes() == ()
    assert [e.name for e in other.reader.experiments()] == ["digits"]
    before = dump(other)
    merge(other.root, tmp_path / "one.trail")
    assert dump(other) == before
    merge(other.root, store.root)
    assert other.reader.run(filled.other_id) == store.reader.run(filled.other_id)


def test_cells_of_other_notebooks_that_made_its_files_go_with_a_run(
    store: Store, other: Store, tmp_path: Path
) -> None:
    """Download wrote raw.csv, prepare read it and wrote table.csv, the run read that."""

    def cells(session: str, start: int, *facts: StatementFacts) -> None:
        store.call(
            do.start_session(Session(session, start, f"{session}.ipynb", ".", "3", "/p", "h"))
        )
        for seq, fact in enumerate(facts):
            at = start + seq
            cell = CellExecution(
                session,
                seq,
                f"c{seq}",
                seq + 1,
                "x",
                "x",
                at,
                at,
                CellStatus.OK,
                statements=(fact,),
            )
            store.call(do.record_cell(cell))

    def fact(read: str = "", written: str = "") -> StatementFacts:
        digest = "xxh3-128/1:{:0>32}".format
        return StatementFacts(
            0, 1, 1,
            digests=((read, digest(len(read))),) if read else (),
            written=((written, digest(len(written))),) if written else (),
        )  # fmt: skip

    cells("elsewhere", 10, fact(written="unrelated.csv"))
    cells("download", 20, fact(written="raw.csv"), fact(written="never-read.csv"))
    cells("older", 30, fact(written="table.csv"))
    cells("prepare", 40, fact("raw.csv"), fact(written="table.csv"), fact(written="later.csv"))
    cells("work", 50, fact("table.csv"), fact())
    data = Dataset(Digest("xxh3-128/1:{:0>32}".format(len("table.csv")), "s"), "file", 7)
    use = DatasetUse(data, "table.csv", DatasetContext.SOURCE, Seen.READER, "table.csv")
    run = Run(
        new_id(), "r", Experiment("e"), RunStatus.FINISHED, 51, session_id="work", first_cell=1,
        last_cell=1, datasets=(use,),
    )  # fmt: skip
    store.call(do.start_run(run))

    write_bundle(store.root, tmp_path / "one.trail", [run.run_id])
    merge(other.root, tmp_path / "one.trail")
    found = {
        name: [cell.seq for cell in other.reader.cells(name)]
        for name in ("elsewhere", "download", "older", "prepare", "work")
    }
    assert found == {
        "elsewhere": [], "download": [0], "older": [], "prepare": [0, 1], "work": [0, 1],
    }  # fmt: skip
    content = use.dataset.digest.content
    here = store.reader.origin("table.csv", content, ("work", 1))
    assert here is not None
    assert here.session_id == "prepare"
    assert other.reader.origin("table.csv", content, ("work", 1)) == here


def register(store: Store, name: str, alias: str = "") -> int:
    run = Run(new_id(), "r", Experiment("e"), RunStatus.FINISHED, 1, ended_ms=2)
    store.call(do.start_run(run))
    model = ModelRecord(f"m-{new_id()}", "clf", "a.B", "d")
    store.call(do.put_model(run.run_id, model))
    number = store.call(do.register_version(ModelVersion(name, 0, run.run_id, model.model_id, 3)))
    if alias:
        store.call(do.move_alias(AliasMove(name, alias, None, number, 4, "ada", "why")))
    return int(number)


def test_versions_are_renumbered_and_no_local_alias_moves(store: Store, other: Store) -> None:
    assert register(other, "churn", "champion") == 1
    register(store, "churn")
    assert register(store, "churn", "champion") == 2
    store.call(do.move_alias(AliasMove("churn", "candidate", None, 1, 5)))
    store.call(do.move_alias(AliasMove("churn", "candidate", None, 2, 6)))
    done = merge(other.root, store.root)
    assert done.versions == ("churn/1 as churn/2", "churn/2 as churn/3")
    assert done.kept_aliases == ("churn@champion",)
    model = other.reader.model("churn")
    assert dict(model.aliases) == {"champion": 1, "candidate": 3}
    assert [version.origin for version in model.versions] == [
        f"churn/2 of {store.root.parent.name}",
        f"churn/1 of {store.root.parent.name}",
        "",
    ]
    moves = other.reader.alias_history("churn")
    assert [(m.alias, m.from_version, m.to_version) for m in moves] == [
        ("champion", None, 1),
        ("candidate", None, 2),
        ("candidate", 2, 3),
    ]
    other.call(do.move_alias(AliasMove("churn", "candidate", 3, None, 7)))
    before = dump(other)
    assert merge(other.root, store.root).versions == ()
    assert dump(other) == before  # an alias that was taken away here stays away


def test_a_run_that_was_unfinished_is_completed(store: Store, other: Store, tmp_path: Path) -> None:
    run = Run(new_id(), "long", Experiment("e"), RunStatus.RUNNING, 1)
    store.call(do.start_run(run))
    store.call(do.log_metrics(run.run_id, [MetricPoint("loss", 0.5, 0, 1)]))
    write_bundle(store.root, tmp_path / "early.trail", [run.run_id])
    merge(other.root, tmp_path / "early.trail")
    other.call(do.set_tags(run.run_id, {"mine": "yes"}))
    store.call(do.log_metrics(run.run_id, [MetricPoint("loss", 0.25, 1, 2)]))
    store.call(do.end_run(run.run_id, RunStatus.FINISHED, "", 9))
    assert merge(other.root, store.root).completed == (run.run_id,)
    found = other.reader.run(run.run_id)
    assert found == replace(store.reader.run(run.run_id), tags={"mine": "yes"})
    assert [p.value for p in other.reader.history(run.run_id, "loss")] == [0.5, 0.25]
    # an older state of it changes nothing any more
    assert merge(other.root, tmp_path / "early.trail").known == (run.run_id,)
    assert other.reader.run(run.run_id) == found


def test_a_merge_brings_back_files_that_were_lost(store: Store, filling, tmp_path: Path) -> None:
    filled = filling.fill(store)
    write_bundle(store.root, tmp_path / "all.trail")
    first, second = store.reader.run(filled.run_id).artifacts
    store.objects.path(first.sha256).unlink()
    store.objects.path(second.sha256).chmod(0o600)
    store.objects.path(second.sha256).write_bytes(b"x" * second.size)
    merge(store.root, tmp_path / "all.trail")
    assert store.objects.read(first.sha256) == filling.MODEL_BYTES
    assert store.objects.read(second.sha256)


def test_what_is_not_there_or_the_trail_itself_is_refused(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no .*nothing"):
        merge(store.root, tmp_path / "nothing.trail")
    (tmp_path / "empty").mkdir()
    with pytest.raises(NotFoundError, match="There is no trail"):
        merge(store.root, tmp_path / "empty")
    with pytest.raises(StoreError, match="this trail itself"):
        merge(store.root, store.root)


# ---------------------------------------------------------------- hostile archives


@pytest.fixture
def sound(store: Store, filling, tmp_path: Path) -> Path:
    filling.fill(store)
    path = tmp_path / "sound.trail"
    write_bundle(store.root, path)
    return path


def rewritten(path: Path, change) -> Path:
    """Write an archive anew; `change` gets names with bytes, and the manifest."""
    with zipfile.ZipFile(path) as archive:
        members = [(name, archive.read(name)) for name in archive.namelist()]
    manifest = json.loads(dict(members)["manifest.json"])
    members = [(name, data) for name, data in members if name != "manifest.json"]
    change(members, manifest)
    evil = path.with_name("evil.trail")
    with zipfile.ZipFile(evil, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
        archive.writestr("manifest.json", json.dumps(manifest))
    return evil


def add(name, data=b"evil"):
    def change(members, _manifest):
        members.append((name, data))

    return change


def link(members, _manifest):
    info = zipfile.ZipInfo("objects/ab/" + "c" * 62)
    info.external_attr = 0o120777 << 16
    members.append((info, b"/etc/passwd"))


def damaged(members, _manifest):
    name, data = next((n, d) for n, d in members if n.startswith("objects/"))
    members[members.index((name, data))] = (name, bytes(len(data)))


def bomb(members, manifest):
    data = bytes(40_000_000)
    name = "objects/ab/" + "c" * 62
    members.append((name, data))
    manifest["files"][name] = {"sha256": "abc", "size": len(data)}


def wrong_size(members, manifest):
    manifest["files"]["nbtrail.db"]["size"] += 1


def renamed(members, manifest):
    name, data = next((n, d) for n, d in members if n.startswith("objects/"))
    members[members.index((name, data))] = ("objects/ab/" + "c" * 62, data)
    manifest["files"]["objects/ab/" + "c" * 62] = manifest["files"].pop(name)


def hostile_database(sql):
    def change(members, manifest):
        import hashlib
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.db"
            path.write_bytes(dict(members)["nbtrail.db"])
            with closing(sqlite3.connect(path)) as db:
                db.executescript(sql)
            data = path.read_bytes()
        members[:] = [(n, data if n == "nbtrail.db" else d) for n, d in members]
        manifest["files"]["nbtrail.db"] = {
            "sha256": hashlib.sha256(data).hexdigest(),
            "size": len(data),
        }

    return change


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (add("/etc/cron.d/evil"), "no name of a bundle"),
        (add("../evil"), "no name of a bundle"),
        (add("objects/../../evil"), "no name of a bundle"),
        (add("objects\\ab\\evil"), "no name of a bundle"),
        (add("C:/evil"), "no name of a bundle"),
        (add("git/config"), "no name of a bundle"),
        (add("git/hooks/post-checkout"), "no name of a bundle"),
        (add("write.lock"), "no name of a bundle"),
        (add("nbtrail.db"), "there twice"),
        (add("objects/ab/" + "c" * 62), "other members than it has"),
        (link, "is a link"),
        (damaged, "is damaged"),
        (bomb, "grow more than"),
        (wrong_size, "another size"),
        (renamed, "name of other bytes"),
        (hostile_database("UPDATE artifacts SET path = '../../' || path"), "never writes"),
        (hostile_database("UPDATE artifacts SET path = '/' || path"), "never writes"),
        (hostile_database("UPDATE runs SET run_id = '../evil' WHERE id = 1"), "never writes"),
        (hostile_database("UPDATE runs SET snapshot = '../evil' WHERE id = 1"), "never writes"),
        (hostile_database("UPDATE params SET value = x'ff00'"), "another type in params"),
        (hostile_database("UPDATE runs SET started_ms = 'soon'"), "another type in runs"),
        (hostile_database("UPDATE runs SET changed = '{'"), "can't be read"),
        (hostile_database("UPDATE runs SET resources = '[1]'"), "can't be read"),
        (hostile_database("UPDATE cells SET statements = '[{}]'"), "can't be read"),
        (hostile_database("UPDATE cells SET status = 'odd'"), "can't be read"),
        (hostile_database("UPDATE episodes SET body = '7'"), "can't be read"),
        (hostile_database("DROP TABLE tags; CREATE VIEW tags AS SELECT 1 AS run"), "no table tags"),
        (hostile_database("PRAGMA application_id = 1"), "not one of nbtrail's"),
    ],
)
def test_an_evil_bundle_leaves_no_trace(sound: Path, other: Store, change, why: str) -> None:
    before, there = dump(other), sorted(other.root.parent.parent.rglob("*"))
    evil = rewritten(sound, change)
    with pytest.raises(StoreError, match=why):
        merge(other.root, evil)
    evil.unlink()
    assert dump(other) == before
    changed = set(other.root.parent.parent.rglob("*")) ^ set(there)
    assert not {path for path in changed if path.name not in {"nbtrail.db-wal", "nbtrail.db-shm"}}


@pytest.mark.parametrize("size", [0, 10, 1000])
def test_a_torn_bundle_is_refused(sound: Path, other: Store, size: int) -> None:
    torn = sound.with_name("torn.trail")
    torn.write_bytes(sound.read_bytes()[:size])
    with pytest.raises(StoreError, match="is no bundle"):
        merge(other.root, torn)


def test_triggers_of_somebody_else_do_nothing(sound: Path, other: Store, filling) -> None:
    sql = (
        "CREATE TRIGGER evil AFTER UPDATE ON meta BEGIN DELETE FROM runs; END;"
        "CREATE VIEW harmless AS SELECT load_extension('/tmp/evil.so');"
    )
    done = merge(other.root, rewritten(sound, hostile_database(sql)))
    assert len(done.added) == 3
    assert not [line for line in dump(other) if "TRIGGER evil" in line or "harmless" in line]


def test_names_that_look_like_sql_or_paths_are_only_names(
    store: Store, other: Store, tmp_path: Path
) -> None:
    names = ["'; DROP TABLE runs; --", '"/../../etc', "<script>", "\u202e", "=1+1", "a\nb", "%s{0}"]
    for name in names:
        run = Run(
            new_id(), name, Experiment(name), RunStatus.FINISHED, 1, ended_ms=2, tags={name: name}
        )
        store.call(do.start_run(run))
    chosen = store.reader.runs().run_id
    write_bundle(store.root, tmp_path / "odd.trail", chosen)
    merge(other.root, tmp_path / "odd.trail")
    assert {other.reader.run(run_id).name for run_id in chosen} == set(names)


def test_a_newer_bundle_is_refused_and_says_how_to_read_it(sound: Path, other: Store) -> None:
    def newer(_members, manifest):
        manifest["schema"] = SCHEMA_VERSION + 1
        manifest["nbtrail"] = "9.1"

    with pytest.raises(SchemaTooNewError, match=r"nbtrail 9\.1.*pip install -U nbtrail"):
        merge(other.root, rewritten(sound, newer))


@pytest.mark.slow
def test_processes_that_merge_the_same_bundle_at_once_bring_it_once(
    store: Store, sound: Path, python, tmp_path: Path
) -> None:
    code = (
        "from nbtrail.store.merge import merge\n"
        "target = root.parent / 'shared' / '.nbtrail'\n"
        "Store.open(target, create=True)\n"
        "print(len(merge(target, root.parent / 'sound.trail').added))\n"
    )
    (tmp_path / "shared").mkdir()
    answers = [p.communicate(timeout=120) for p in [python(code) for _ in range(3)]]
    assert [err for _, err in answers] == ["", "", ""]
    assert sorted(int(out) for out, _ in answers) == [0, 0, 3]
    assert examine(tmp_path / "shared" / ".nbtrail").findings == ()
