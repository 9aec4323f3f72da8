"""Marks that the order of execution gives a run, on cells that really ran."""

from __future__ import annotations

from typing import Any

import pytest

from nbtrail.entities.run import Experiment, Metric, Run, RunStatus
from nbtrail.lineage.honesty import judge

LOAD = "rows = [3, 1, 2]"
SORT = "ordered = sorted(rows)"
SCORE = "score = ordered[0] / 10"


@pytest.fixture
def marks(notebook):
    """Play (cell id, source) pairs; return the marks of a run that is the last cell."""

    def play(*cells: tuple[str, str], places: dict[str, int] | None = None) -> dict[str, str]:
        for cell_id, source in cells:
            notebook.run(source, cell_id=cell_id, quiet=False)
        last = len(notebook.cells) - 1
        metric = Metric("score", 0.1, 0.1, 0.1, expression="score", cell_seq=last, statement=0)
        run = Run(
            run_id="1" * 32,
            name="r",
            experiment=Experiment("e"),
            status=RunStatus.FINISHED,
            started_ms=0,
            first_cell=last,
            last_cell=last,
            metrics=(metric,),
        )
        return {m.kind.value: m.reason for m in judge(run, notebook.cells, places).marks}

    return play


def test_a_notebook_run_from_top_to_bottom_is_clean(marks: Any) -> None:
    places = {"a": 0, "b": 1, "c": 2}
    assert marks(("a", LOAD), ("b", SORT), ("c", SCORE), places=places) == {}


def test_everything_run_twice_in_order_is_clean(marks: Any) -> None:
    cells = [("a", LOAD), ("b", SORT), ("c", SCORE)]
    assert marks(*cells, *cells) == {}


def test_a_cell_that_uses_one_further_down_is_out_of_order(marks: Any) -> None:
    found = marks(("a", LOAD), ("c", SORT), ("b", SCORE), places={"a": 0, "b": 1, "c": 2})
    assert set(found) == {"out-of-order"}
    assert "'ordered'" in found["out-of-order"]
    assert "further down" in found["out-of-order"]


def test_without_a_file_the_first_runs_tell_the_order(marks: Any) -> None:
    found = marks(
        ("a", "ordered = [1]"), ("b", "extra = 2"), ("a", "ordered = [extra]"), ("c", SCORE)
    )
    assert set(found) == {"out-of-order"}


def test_a_value_made_before_its_input_was_made_anew_is_stale(marks: Any) -> None:
    found = marks(("a", LOAD), ("b", SORT), ("a", "rows = [9, 8]"), ("c", SCORE))
    assert "stale" in found
    assert "'rows'" in found["stale"]


def test_the_same_input_made_again_is_not_stale(marks: Any) -> None:
    assert marks(("a", LOAD), ("b", SORT), ("a", LOAD), ("c", SCORE)) == {}


def test_an_unseeded_input_made_again_is_stale(marks: Any) -> None:
    draw = ("b", "rows = [random.random() for _ in range(3)]")
    found = marks(("a", "import random"), draw, ("c", SORT), draw, ("d", SCORE))
    assert "stale" in found


def test_a_seeded_input_made_again_is_not_stale(marks: Any) -> None:
    draw = ("b", "random.seed(3)\nrows = [random.random() for _ in range(3)]")
    assert marks(("a", "import random"), draw, ("c", SORT), draw, ("d", SCORE)) == {}


def test_a_file_that_changed_between_two_reads_makes_stale(marks: Any, notebook: Any) -> None:
    path = notebook.folder / "rows.txt"
    path.write_text("3 1 2")
    read = ("b", "from pathlib import Path\nrows = Path('rows.txt').read_text().split()")
    write = ("a", "from pathlib import Path\n_ = Path('rows.txt').write_text('7 8')")
    found = marks(read, ("c", SORT), write, read, ("d", "score = len(ordered)"))
    assert "stale" in found


def test_a_value_of_an_edited_cell_is_hidden_state(marks: Any) -> None:
    found = marks(("a", LOAD), ("b", SORT), ("b", "other = 1"), ("c", SCORE))
    assert set(found) == {"hidden-state"}
    assert "earlier text" in found["hidden-state"]


def test_a_deleted_cell_is_hidden_state(marks: Any) -> None:
    found = marks(("a", LOAD), ("b", SORT), ("c", SCORE), places={"a": 0, "c": 1})
    assert set(found) == {"hidden-state"}
    assert "no longer in the notebook" in found["hidden-state"]


def test_a_cell_that_built_on_its_own_earlier_run_is_hidden_state(marks: Any) -> None:
    grow = ("b", "rows.append(len(rows))")
    found = marks(("a", LOAD), grow, grow, ("c", SORT), ("d", SCORE))
    assert set(found) == {"hidden-state"}
    assert "its own earlier run" in found["hidden-state"]


def test_a_name_that_nothing_made_is_hidden_state(marks: Any, notebook: Any) -> None:
    notebook.values["ordered"] = [5]
    found = marks(("c", SCORE))
    assert set(found) == {"hidden-state"}
    assert "no recorded cell" in found["hidden-state"]


def test_what_the_result_does_not_need_makes_no_mark(marks: Any) -> None:
    noise = ("n", "count = globals().get('count', 0) + 1")
    assert marks(("a", LOAD), noise, ("b", SORT), noise, ("c", SCORE)) == {}
