"""What a tracked cell read is a dataset of its run: once, by the right content."""

from __future__ import annotations

import os
import sqlite3
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from nbtrail.entities.dataset import Coverage, Seen
from nbtrail.fingerprint import digest
from nbtrail.fingerprint.files import digest_directory, digest_file
from nbtrail.ui.verbs import show

FRAME = pd.DataFrame({"a": [1, 2, 3], "b": ["x", "y", "z"]})


def make_sqlite(path):
    with sqlite3.connect(path) as db:
        FRAME.to_sql("t", db, index=False)
    db.close()


def make_duckdb(path):
    import duckdb

    with duckdb.connect(path) as db:
        db.execute("create table t as select 1 as a")


MAKE = {
    "csv": lambda p: FRAME.to_csv(p, index=False),
    "parquet": FRAME.to_parquet,
    "json": FRAME.to_json,
    "feather": FRAME.to_feather,
    "npz": lambda p: np.savez(p, a=np.arange(5)),
    "pkl": FRAME.to_pickle,
    "joblib": lambda p: joblib.dump({"a": 1}, p),
    "png": lambda p: Image.new("L", (4, 4)).save(p),
    "sqlite": make_sqlite,
    "duckdb": make_duckdb,
    "libsvm": lambda p: p.write_text("1 0:1\n0 0:2\n1 0:3\n"),
}

# the name is put together, so that only what opens the file can tell of it
READ = {
    "pandas csv": ("csv", "import pandas as pd; pd.read_csv(p)"),
    "pandas parquet": ("parquet", "import pandas as pd; pd.read_parquet(p)"),
    "pandas json": ("json", "import pandas as pd; pd.read_json(p)"),
    "pandas feather": ("feather", "import pandas as pd; pd.read_feather(p)"),
    "pandas pickle": ("pkl", "import pandas as pd; pd.read_pickle(p)"),
    "pandas sql": (
        "sqlite",
        "import contextlib as c, pandas as pd, sqlite3 as s\nwith c.closing(s.connect(p)) as d: pd.read_sql('select * from t', d)",
    ),
    "numpy": ("npz", "import numpy as np\nwith np.load(p) as z: z['a']"),
    "joblib": ("joblib", "import joblib; joblib.load(p)"),
    "pillow": ("png", "from PIL import Image; Image.open(p).load()"),
    "polars csv": ("csv", "import polars as pl; pl.read_csv(p)"),
    "polars scan": ("parquet", "import polars as pl; pl.scan_parquet(p).collect()"),
    "polars json": ("json", "import polars as pl; pl.read_json(p)"),
    "pyarrow parquet": ("parquet", "import pyarrow.parquet as pq; pq.read_table(p)"),
    "pyarrow file": ("parquet", "import pyarrow.parquet as pq; pq.ParquetFile(p).read()"),
    "pyarrow csv": ("csv", "import pyarrow.csv; pyarrow.csv.read_csv(p)"),
    "pyarrow feather": ("feather", "import pyarrow.feather as f; f.read_table(p)"),
    "pyarrow dataset": ("parquet", "import pyarrow.dataset as ds; ds.dataset(p).to_table()"),
    "duckdb reader": ("csv", "import duckdb; duckdb.read_csv(p).fetchall()"),
    "duckdb sql": ("parquet", "import duckdb; duckdb.sql(f\"select * from '{p}'\").fetchall()"),
    "duckdb execute": (
        "csv",
        "import duckdb; duckdb.connect().execute(f\"select * from '{p}'\").fetchall()",
    ),
    "duckdb database": (
        "duckdb",
        "import duckdb\nwith duckdb.connect(p) as d: d.execute('select * from t').fetchall()",
    ),
    "xgboost": ("libsvm", "import xgboost; xgboost.DMatrix(p + '?format=libsvm')"),
}


def sources(run):
    return [use.source for use in run.datasets]


@pytest.mark.filterwarnings("ignore::UserWarning:xgboost", "ignore::DeprecationWarning")
@pytest.mark.parametrize("reader", READ)
def test_every_reader_gives_one_dataset(bare, project, reader):
    suffix, code = READ[reader]
    path = project / f"given.{suffix}"
    MAKE[suffix](path)
    bare.run("%load_ext nbtrail")
    bare.run(f"%%track\np = 'given' + '.' + '{suffix}'\n{code};\nNone")
    files = [use for use in bare.last().datasets if not use.query]
    assert [use.source for use in files] == [path.name]
    assert files[0].dataset == digest_file(path)
    assert files[0].seen in {Seen.OPENED, Seen.READER}


def test_a_name_imported_before_is_seen_where_it_is_spelled_out(bare, project):
    FRAME.to_csv(project / "early.csv", index=False)
    bare.run("from pyarrow.csv import read_csv")
    bare.run("%load_ext nbtrail")
    bare.run("%%track\nread_csv('early.csv')")
    assert [(u.source, u.seen) for u in bare.last().datasets] == [("early.csv", Seen.INFERRED)]


def test_imports_are_no_data(bare):
    bare.run("%load_ext nbtrail")
    bare.run(
        "%%track\nimport email.mime.text, xml.dom.minidom, zoneinfo, sklearn.datasets\n"
        "import matplotlib.pyplot as plt, polars, pyarrow.dataset, PIL.Image\n"
        "zoneinfo.ZoneInfo('Europe/Berlin'); plt.figure(); 'data/'; 'column.name'"
    )
    assert bare.last().datasets == ()


def test_a_data_file_inside_a_library_is_data(bare):
    bare.run("%load_ext nbtrail\nfrom sklearn.datasets import load_iris")
    bare.run("%%track\niris = load_iris()")
    assert [use.name for use in bare.last().datasets] == ["iris.csv"]


def test_what_the_cell_writes_itself_is_no_input(notebook):
    notebook.run(
        "%%track\nimport pandas as pd, polars as pl\n"
        "pd.DataFrame({'a': [1]}).to_csv('made.csv')\n"
        "pl.DataFrame({'a': [1]}).write_parquet('made.parquet')\n"
        "pd.read_csv('made.csv'); pl.read_parquet('made.parquet')"
    )
    assert notebook.last().datasets == ()


def test_a_file_is_digested_before_the_cell_overwrites_or_removes_it(notebook, project):
    first, second = project / "first.csv", project / "second.csv"
    for path in (first, second):
        FRAME.to_csv(path, index=False)
    before = digest_file(first)
    notebook.run(
        "%%track\nimport os, pandas as pd\n"
        "frame = pd.read_csv('first.csv'); pd.read_csv('second.csv')\n"
        "(frame * 2).to_csv('first.csv', index=False); os.remove('second.csv')"
    )
    found = {use.source: use.dataset for use in notebook.last().datasets}
    assert found == {"first.csv": before, "second.csv": before}


def test_a_file_that_another_program_changes_has_no_digest(notebook, project):
    for name in ("gone.csv", "changed.csv"):
        FRAME.to_csv(project / name, index=False)
    notebook.run(
        "%%track\nimport subprocess, pandas as pd\n"
        "pd.read_csv('gone.csv'); pd.read_csv('changed.csv')\n"
        "subprocess.run('rm gone.csv; echo 1 >> changed.csv', shell=True)"
    )
    found = {
        use.source: (use.dataset.digest.content, use.version) for use in notebook.last().datasets
    }
    assert found == {
        "gone.csv": ("", "deleted before it could be digested"),
        "changed.csv": ("", "changed after it was read"),
    }


def test_a_folder_of_parts_is_one_dataset(notebook, project):
    notebook.run("import pandas as pd")
    pd.DataFrame({"a": range(4), "k": [0, 0, 1, 1]}).to_parquet(
        project / "parts", partition_cols=["k"]
    )
    notebook.run("%%track\npd.read_parquet('parts')")
    (use,) = notebook.last().datasets
    assert (use.source, use.dataset) == ("parts", digest_directory(project / "parts"))


def test_many_files_of_a_folder_are_one_dataset(notebook, project):
    (project / "texts").mkdir()
    for number in range(30):
        (project / "texts" / f"{number}.txt").write_text(str(number))
    notebook.run(
        "%%track\nfrom pathlib import Path\n"
        "texts = [p.read_text() for p in Path('texts').iterdir()]"
    )
    (use,) = notebook.last().datasets
    assert (use.source, use.dataset) == ("texts", digest_directory(project / "texts"))


def test_odd_files_do_no_harm(notebook, project):
    os.mkfifo(project / "pipe.txt")
    (project / "loop.txt").symlink_to("loop.txt")
    (project / "line\nbreak.txt").write_text("x")
    odd = os.fsdecode(os.fsencode(project) + b"/\xff.txt")
    Path(odd).write_text("y")
    with (project / "sparse.bin").open("wb") as file:
        file.truncate(5 << 30)
    notebook.run(
        "%%track\nimport os, numpy as np; from pathlib import Path\n"
        "end = os.open('pipe.txt', os.O_RDWR); os.close(end)\n"
        "names = ['pipe.txt', 'loop.txt', 'missing.txt', '/dev/stdin']\n"
        "for name in os.listdir('.'):\n"
        "    if name.endswith('.txt') and name not in names: Path(name).read_text()\n"
        "big = np.memmap('sparse.bin', mode='r')[:4]\n"
        "try: open('missing.txt')\nexcept OSError: pass\n"
        "try: open('loop.txt')\nexcept OSError: pass"
    )
    found = {use.name: use for use in notebook.last().datasets}
    assert found.keys() == {"pipe.txt", "line\nbreak.txt", "\\udcff.txt", "sparse.bin"}
    assert found["pipe.txt"].version == "a pipe: it can't be read again"
    assert found["sparse.bin"].dataset.digest.coverage is Coverage.SAMPLED
    assert found["line\nbreak.txt"].dataset == digest_file(project / "line\nbreak.txt")


def test_relative_paths_follow_chdir(notebook, project):
    (project / "below").mkdir()
    FRAME.to_csv(project / "below" / "here.csv", index=False)
    notebook.run(
        "%%track\nimport os, pyarrow.csv\nos.chdir('below')\n"
        "pyarrow.csv.read_csv('here.csv'); os.chdir('..')"
    )
    assert sources(notebook.last()) == ["below/here.csv"]


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def end_headers(self):
        self.send_header("ETag", '"seven"')
        super().end_headers()


@pytest.fixture
def server(project):
    def handler(*args):
        return _Handler(*args, directory=str(project))

    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{made.server_port}"
        made.shutdown()


def test_a_url_is_recorded_without_its_secrets(notebook, project, server):
    FRAME.to_csv(project / "served.csv", index=False)
    notebook.run(
        f"%%track\nimport pandas as pd\nd = pd.read_csv('http://{server}/served.csv?token=hush&v=2')"
    )
    (use,) = (u for u in notebook.last().datasets if u.source.startswith("http"))
    assert (use.source, use.version) == (f"http://{server}/served.csv?v=2", "etag seven")
    assert use.dataset == digest(notebook.shell.user_ns["d"])
    notebook.store.flush(5.0)
    stored = b"".join(p.read_bytes() for p in (project / ".nbtrail").glob("nbtrail.db*"))
    assert b"etag seven" in stored


def test_a_file_system_of_fsspec_tells_what_it_knows(notebook):
    pytest.importorskip("fsspec")
    notebook.run(
        "import fsspec, pandas as pd\n"
        "with fsspec.open('memory://bucket/a.csv', 'w') as f: f.write('a\\n1\\n')"
    )
    notebook.run("%%track\nd = pd.read_csv('memory://bucket/a.csv')")
    (use,) = notebook.last().datasets
    assert use.source == "memory://bucket/a.csv"
    assert use.version.startswith("last-modified 20")
    assert use.dataset == digest(notebook.shell.user_ns["d"])


def test_a_query_is_recorded_with_its_result(notebook, project):
    make_sqlite(project / "shop.sqlite")
    notebook.run(
        "import pandas as pd, sqlalchemy as sa\nengine = sa.create_engine('sqlite:///shop.sqlite')"
    )
    notebook.run(
        "%%track\nd = pd.read_sql(\"select a from t where b <> 'x' -- password='hush'\", engine)"
    )
    asked = [use for use in notebook.last().datasets if use.query]
    assert [(u.query, u.source) for u in asked] == [
        ("select a from t where b <> 'x' -- password='***'", "sqlite:///shop.sqlite")
    ]
    assert asked[0].dataset == digest(notebook.shell.user_ns["d"])


def test_a_run_that_spans_cells_has_the_files_of_all(notebook, project):
    for name in ("one.csv", "two.csv", "before.csv"):
        FRAME.to_csv(project / name, index=False)
    notebook.run("import pandas as pd\npd.read_csv('before.csv')")
    notebook.run("%track start spanning")
    notebook.run("pd.read_csv('one.csv')")
    notebook.run("pd.read_csv('two.csv')\n%track end")
    assert sources(notebook.named("spanning")) == ["one.csv", "two.csv"]


def test_runs_of_one_cell_have_their_own_files(notebook, project):
    for name in ("one.csv", "two.csv"):
        (project / name).write_text(f"a\n{name}\n")
    notebook.run(
        "import nbtrail, pandas as pd\n"
        "for name in ('one', 'two'):\n"
        "    with nbtrail.start_run(name): pd.read_csv(name + '.csv')"
    )
    assert sources(notebook.named("one")) == ["one.csv"]
    assert sources(notebook.named("two")) == ["two.csv"]


def test_functions_are_as_before_after_unloading(bare):
    bare.run(
        "import duckdb, pickle, inspect, pandas as pd, pyarrow.csv, polars as pl, urllib.request\n"
        "held = lambda: [duckdb.execute, duckdb.DuckDBPyConnection.execute, pd.read_parquet, "
        "pd.DataFrame.to_parquet, pyarrow.csv.read_csv, pl.read_csv, "
        "urllib.request.OpenerDirector.open]\nbefore = held()"
    )
    bare.run("%load_ext nbtrail")
    bare.run(
        "same = [pickle.loads(pickle.dumps(f)) is f for f in (pd.read_parquet, "
        "pyarrow.csv.read_csv, pl.read_csv)]\n"
        "signature = str(inspect.signature(pd.read_parquet))"
    )
    bare.run("%unload_ext nbtrail")
    names = bare.shell.user_ns
    assert names["same"] == [True, True, True]
    assert names["signature"].startswith("(path: ")
    assert all(a is b for a, b in zip(names["before"], names["held"](), strict=True))


def test_a_cell_records_what_it_wrote(notebook, project):
    notebook.run(
        "import pandas as pd, polars as pl\n"
        "pd.DataFrame({'a': [1]}).to_csv('out.csv')\n"
        "pd.DataFrame({'a': [2]}).to_csv('out.csv')\n"
        "pl.DataFrame({'a': [1]}).write_parquet('out.parquet')"
    )
    reader = notebook.store.reader
    cell = reader.cells(notebook.session.record.session_id)[-1]
    for name, statement in (("out.csv", 2), ("out.parquet", 3)):
        content = digest_file(project / name).digest.content
        assert reader.writers(name, content) == ((cell.session_id, cell.seq, statement),)


def test_a_run_has_the_data_that_earlier_cells_read_for_it(notebook, project):
    (project / "used.csv").write_text("a,b\n1,2\n3,4\n5,9\n")
    (project / "unused.csv").write_text("a\n1\n")
    notebook.run("import pandas as pd\ntable = pd.read_csv('used.csv')")
    notebook.run("other = pd.read_csv('unused.csv')")
    notebook.run("%%track fitted\nm = LogisticRegression().fit(table[['a']], [0, 1, 1])")
    notebook.run("k = LogisticRegression(C=2.0).fit(table[['b']], [0, 1, 1])")
    notebook.run("%track keep")
    notebook.session.tracker.judge_ended(10.0)
    for name in ("fitted", "last"):
        files = [d.source for d in notebook.named(name).datasets if d.source]
        assert files == ["used.csv"]


def test_a_file_of_another_notebook_is_a_lineage_edge(bare, project):
    bare.shell.user_ns["__vsc_ipynb_file__"] = str(project / "01-prepare.ipynb")
    (project / "01-prepare.ipynb").write_text('{"cells": []}')
    bare.run("%load_ext nbtrail\nimport pandas as pd")
    bare.run("pd.DataFrame({'a': [1, 2]}).to_csv('clean.csv', index=False)")
    bare.run("%unload_ext nbtrail")
    (project / "02-train.ipynb").write_text('{"cells": []}')
    bare.shell.user_ns["__vsc_ipynb_file__"] = str(project / "02-train.ipynb")
    bare.run("%load_ext nbtrail")
    bare.run("frame = pd.read_csv('clean.csv')")
    bare.run("%%track first -m rows\nrows = len(frame)")
    shown = show("first").__repr__()
    assert "clean.csv  cell [2] of 01-prepare.ipynb" in shown
    assert "changed since" not in shown
    with (project / "clean.csv").open("a") as file:
        file.write("3\n")
    bare.run("%%track second\npd.read_csv('clean.csv')")
    shown = show("second").__repr__()
    assert "cell [2] of 01-prepare.ipynb  changed since" in shown


def test_samples_of_a_written_file_do_not_make_it_changed(notebook, project):
    notebook.run("with open('big.csv', 'w') as file:\n    file.write('a,b\\n' * 1000)")
    session, seq = notebook.session.record.session_id, notebook.session._seq
    reader = notebook.store.reader
    full = digest_file(project / "big.csv").digest.content
    sampled = full.replace(":", "~3:", 1)
    other = full[:-4] + ("0000" if full[-4:] != "0000" else "1111")
    notebook.run("open('big.csv').close()")
    found = {
        text: reader.origin("big.csv", text, (session, seq + 1)) for text in (full, sampled, other)
    }
    assert {o.seq for o in found.values()} == {seq}
    assert [found[text].changed for text in (full, sampled, other)] == [False, False, True]
