"""Files that code spells out, or names by a variable."""

from __future__ import annotations

from pathlib import Path

from nbtrail.capture.pathliterals import named_paths


def test_texts_variables_and_patterns(tmp_path):
    for name in ("a.csv", "part-1.csv", "part-2.csv", "b.csv"):
        (tmp_path / name).write_text("x")
    code = "read('a.csv', 'part-*.csv', 'missing.csv', 'a', where)\n'''b.csv'''"
    found = named_paths(code, {"where": tmp_path / "b.csv"}, [str(tmp_path)])
    assert sorted(Path(path).name for path in found) == [
        "a.csv",
        "b.csv",
        "part-1.csv",
        "part-2.csv",
    ]
    assert named_paths("'''a.csv'''", {}, [str(tmp_path)]) == ()
    assert named_paths("read('a.csv'", {}, [str(tmp_path)]) == ()


def test_each_asking_looks_at_the_variables_and_the_folder_anew(tmp_path):
    code = "read(where, 'late.csv')"
    for name in ("first.csv", "second.csv"):
        (tmp_path / name).write_text("x")
    asked = [
        named_paths(code, {"where": name}, [str(tmp_path)]) for name in ("first.csv", "second.csv")
    ]
    assert [Path(path).name for (path,) in asked] == ["first.csv", "second.csv"]
    (tmp_path / "late.csv").write_text("x")
    assert len(named_paths(code, {"where": "first.csv"}, [str(tmp_path)])) == 2
    assert named_paths(code, {"where": 1}, [str(tmp_path / "other")]) == ()
