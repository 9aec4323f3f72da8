"""The %%track line goes away and nothing else changes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbtrail.capture.trackline import strip_track_line, track_line


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("%%track\nx = 1", ""),
        ("%%track run-1 -m auc:max\nx = 1", "run-1 -m auc:max"),
        ("\n\n%%track a\nx", "a"),
        ("x = 1\n%%track", None),
        ("%%tracker\nx", None),
        ("", None),
        ("%%time\nx", None),
        ("%%time\n%%track a\nx", "a"),
        ("%%capture out\n\n%%track\nx", ""),
        ("%%writefile cell.py\n%%track\nx", None),
        ("%%time\nx\n%%track", None),
    ],
)
def test_options_are_read_from_the_first_line(source, expected):
    assert track_line(source) == expected


def test_line_numbers_are_kept():
    assert strip_track_line(["%%track a\n", "x = 1\n", "1/0\n"]) == ["#\n", "x = 1\n", "1/0\n"]


def test_another_cell_magic_below_comes_first():
    assert strip_track_line(["%%track\n", "%%time\n", "x\n"]) == ["%%time\n", "x\n"]


def test_below_a_cell_magic_it_becomes_a_comment():
    assert strip_track_line(["%%time\n", "%%track\n", "x\n"]) == ["%%time\n", "#\n", "x\n"]


@given(
    st.lists(
        st.text(alphabet="%track \nx=1#", max_size=12).map(lambda t: t.replace("\n", "") + "\n")
    )
)
def test_cells_without_the_line_are_untouched(lines):
    if track_line("".join(lines)) is None:
        assert strip_track_line(lines) == lines
