"""A frame that did not change is not read again; one that did always is, and none is kept alive."""

from __future__ import annotations

import gc
import weakref

import numpy as np
import pandas as pd
import pytest

from nbtrail.fingerprint import cache, digest, pandas_data

pytestmark = pytest.mark.skipif(
    int(pd.__version__.partition(".")[0]) < 3, reason="pandas 2 has no copy-on-write to build on"
)

ROWS = 200_000


def make() -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "a": rng.normal(size=ROWS),
            "b": rng.normal(size=ROWS),
            "i": rng.integers(0, 9, ROWS),
            "s": pd.array(rng.choice(["x", "yy"], ROWS), dtype="str"),
        }
    )


@pytest.fixture
def read(monkeypatch) -> list[str]:
    """The names of the columns that are read, as they are."""
    names: list[str] = []
    column = pandas_data.column

    def seen(source, *args, **options):
        names.append(source.name)
        return column(source, *args, **options)

    monkeypatch.setattr(pandas_data, "column", seen)
    return names


def test_an_unchanged_frame_is_not_read_again(read):
    frame = make()
    first = digest(frame)
    assert read == ["a", "b", "i", "s"]
    read.clear()
    assert digest(frame) == first
    assert read == []


@pytest.mark.parametrize("columns", [["a"], ["a", "b"], ["s", "a", "b"]])
def test_whichever_column_is_the_last(read, columns):
    frame = make()[columns].copy()
    digest(frame)
    read.clear()
    digest(frame)
    assert read == []


def test_derived_frames_and_series_do_not_spoil_it(read):
    frame = make()
    held = frame[["a", "b"]], frame["i"], frame.iloc[5:]
    digest(frame)
    read.clear()
    digest(frame)
    assert read == []
    assert len(held) == 3


CHANGES = {
    "loc": lambda f: f.loc.__setitem__((5, "a"), 9.0),
    "iloc": lambda f: f.iloc.__setitem__((5, 0), 9.0),
    "at": lambda f: f.at.__setitem__((5, "a"), 9.0),
    "column": lambda f: f.__setitem__("a", f["b"] * 2),
    "new": lambda f: f.__setitem__("z", f["b"] * 2),
    "del": lambda f: f.__delitem__("b"),
    "fill": lambda f: f.__setitem__(f["i"] == 3, np.nan),
    "text": lambda f: f.loc.__setitem__((5, "s"), "other"),
    "mask": lambda f: f.__setitem__("b", f["b"].where(f["b"] > 0)),
    "insert": lambda f: f.insert(0, "z", 1.0),
}


@pytest.mark.parametrize("how", CHANGES)
def test_every_change_is_seen(how):
    frame = make()
    before = digest(frame).digest
    CHANGES[how](frame)
    after = digest(frame).digest
    assert after.content != before.content
    assert after == digest(frame.copy()).digest


def test_one_changed_column_is_read_alone(read):
    frame = make()
    digest(frame)
    read.clear()
    frame["i"] = 0
    digest(frame)
    assert read == ["i"]


def test_memory_that_others_can_write_to_is_never_trusted():
    values = np.random.default_rng(0).normal(size=(ROWS, 2))
    frame = pd.DataFrame(values, copy=False)
    before = digest(frame)
    values[77, 1] = 0
    assert digest(frame) != before

    frame = make()
    forced = frame["a"].to_numpy()
    forced.flags.writeable = True
    before = digest(frame)
    forced[78] = 0
    assert digest(frame) != before


def test_lists_in_a_column_may_change_by_themselves():
    inner = [1]
    frame = pd.DataFrame({"o": pd.Series([inner, *["x"] * ROWS], dtype=object)})
    before = digest(frame)
    inner.append(2)
    assert digest(frame) != before


def test_a_dead_frame_leaves_no_memory_behind():
    frame = make()
    digest(frame)
    memory = weakref.ref(frame._mgr.blocks[0].values)
    assert memory() is not None
    del frame
    gc.collect()
    assert memory() is None
    kept = make()
    digest(kept)
    memory = weakref.ref(kept._mgr.blocks[0].values)
    kept["a"] = 0.0
    kept["b"] = 1.0
    cache.prune()
    gc.collect()
    assert memory() is None


def test_fresh_sees_what_a_forced_view_wrote(read):
    frame = make()
    view = frame["b"].to_numpy()
    first = digest(frame)
    view.flags.writeable = True
    view[77] = 4.0
    del view
    read.clear()
    again = digest(frame, fresh=True)
    assert read == ["a", "b", "i", "s"]
    assert again.digest.content == digest(frame.copy()).digest.content != first.digest.content


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: frame.__setitem__("a", frame["b"]),
        lambda frame: frame.__setitem__(["a", "b"], frame[["b", "a"]].set_axis(["a", "b"], axis=1)),
        lambda frame: frame.__setitem__("i", frame["i"].astype("f8")),
        lambda frame: frame.__setitem__("s", frame["s"].astype("string")),
        lambda frame: setattr(frame, "columns", ["b", "a", "i", "s"]),
        lambda frame: setattr(frame.columns, "name", "what"),
        lambda frame: setattr(frame.index, "name", "row"),
        lambda frame: setattr(frame, "index", frame.index[::-1]),
        lambda frame: frame.pop("i"),
        lambda frame: frame.insert(1, "n", 0),
        lambda frame: frame.__setitem__("a", frame["a"].to_numpy().copy()),
    ],
)
def test_a_frame_is_recalled_as_it_is_now(change):
    frame = make()
    digest(frame)
    digest(frame)
    change(frame)
    expected = digest(frame.copy(), fresh=True, profile=True)
    assert digest(frame, profile=True) == expected
    assert digest(frame, profile=True) == expected
