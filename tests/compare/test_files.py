"""Lines that differ between two versions of a file."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrail.compare.files import MOST_BYTES, MOST_LINES, compare_files

LINES = st.lists(st.sampled_from(["a", "b", "", "- c", "+ d", "@@", "\f", "é"]), max_size=40)
HUNK = re.compile(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")


def applied(before: list[str], diff: tuple[str, ...]) -> list[str]:
    """Apply a unified diff to lines."""
    after: list[str] = []
    at = 0
    for line in diff:
        hunk = HUNK.fullmatch(line)
        if hunk:
            first = int(hunk[1]) - (hunk[2] != "0")
            after += before[at:first]
            at = first
        elif line[0] == "+":
            after.append(line[1:])
        else:
            assert before[at] == line[1:]
            after += [line[1:]] if line[0] == " " else []
            at += 1
    return after + before[at:]


@given(LINES, LINES)
def test_the_diff_makes_one_version_from_the_other(before: list[str], after: list[str]) -> None:
    old, new = ("".join(f"{line}\n" for line in lines).encode() for lines in (before, after))
    found = compare_files("x", old, new)
    assert applied(before, found.diff) == after
    assert (found.change, found.note) == ("changed", "")


def test_files_that_came_and_went() -> None:
    assert compare_files("x", None, b"a\n").diff == ("@@ -0,0 +1 @@", "+a")
    assert compare_files("x", None, b"a\n").change == "added"
    assert compare_files("x", b"a\n", None).diff == ("@@ -1 +0,0 @@", "-a")
    assert compare_files("x", b"a\n", None).change == "removed"


def test_line_ends_alone_are_told_apart_from_lines() -> None:
    assert compare_files("x", b"a\nb\n", b"a\r\nb\r\n").note == "only line ends differ"
    assert compare_files("x", b"a\nb", b"a\nb\n").note == "only line ends differ"
    assert compare_files("x", b"a\nb\n", b"a\r\nc\r\n").diff[2:] == ("-b", "+c")


@pytest.mark.parametrize(
    ("data", "note"),
    [
        (b"\x89PNG\0", "not a text"),
        (b"x" * (MOST_BYTES + 1), "larger than 2 MB"),
        (b"x\n" * (MOST_LINES + 1), "more than 20,000 lines"),
    ],
)
def test_what_has_no_lines_to_show_says_why(data: bytes, note: str) -> None:
    for found in (compare_files("x", b"a\n", data), compare_files("x", data, b"a\n")):
        assert (found.diff, found.note) == ((), note)


def test_long_diffs_and_lines_are_cut() -> None:
    found = compare_files("x", None, b"y" * 3000 + b"\n" + b"x\n" * 1500)
    assert len(found.diff) == 1000
    assert found.lines_left_out == 502
    assert found.diff[1] == "+" + "y" * 499 + "…"
