"""Which executed cells a result came from, and which of them are not what they were."""

from __future__ import annotations

from nbtrail.entities.cell import CellExecution, CellStatus, StatementFacts
from nbtrail.entities.run import Experiment, Metric, Run, RunStatus
from nbtrail.lineage.ancestry import name_ancestry, run_ancestry
from nbtrail.views.ancestry import ancestry_plot, used_text
from nbtrail.views.html import html_ancestry
from nbtrail.views.text import text_ancestry


def fact(index=0, reads=(), binds=()):
    return StatementFacts(index, index + 1, index + 1, tuple(reads), tuple(binds))


def cell(seq, source, *statements, cell_id=""):
    return CellExecution(
        "s", seq, cell_id, seq + 1, source, source, 0, 0, CellStatus.OK, statements=statements
    )


CELLS = [
    cell(0, "a = 1", fact(binds=["a"]), cell_id="one"),
    cell(1, "b = 5\nc = a", fact(binds=["b"]), fact(1, reads=["a"], binds=["c"]), cell_id="two"),
    cell(2, "print(b)", fact(reads=["b"]), cell_id="three"),
    cell(3, "m = c", fact(reads=["c"], binds=["m"]), cell_id="four"),
]
RUN = Run(
    "0" * 32,
    "calm-fox",
    Experiment("default"),
    RunStatus.FINISHED,
    0,
    session_id="s",
    first_cell=3,
    last_cell=3,
    metrics=(Metric("m", 1.0, 1.0, 1.0, cell_seq=3, expression="m"),),
)


def test_needed_statements_and_what_they_gave():
    found = run_ancestry(RUN, CELLS)
    assert [(c.seq, c.lines) for c in found.cells] == [
        (0, ((1, 1),)),
        (1, ((2, 2),)),
        (3, ((1, 1),)),
    ]
    assert [(k.maker, k.user, k.names) for k in found.links] == [(0, 1, ("a",)), (1, 3, ("c",))]
    assert found.executed == 4


def test_a_variable_has_an_ancestry_too():
    assert [c.seq for c in name_ancestry("b", CELLS).cells] == [1]
    assert name_ancestry("nothing", CELLS).cells == ()


def test_edited_and_deleted_cells_are_stale():
    texts = {"one": "a = 2", "two": "b = 5\nc = a\n", "three": "print(b)"}
    found = run_ancestry(RUN, CELLS, texts)
    assert [c.stale for c in found.cells] == ["edited since", "", "no longer in the notebook"]


def test_cell_run_again_with_another_text_is_stale():
    again = [*CELLS, cell(4, "a = 9", fact(binds=["a"]), cell_id="one")]
    stale = [c.stale for c in run_ancestry(RUN, again).cells]
    assert stale == ["run again with another text as [5]", "", ""]


def test_run_without_results_came_from_its_own_cells():
    bare = Run("0" * 32, "x", Experiment("e"), RunStatus.FINISHED, 0, first_cell=1, last_cell=1)
    assert [c.seq for c in run_ancestry(bare, CELLS).cells] == [0, 1]


def test_page_shows_exactly_the_needed_lines():
    texts = {"one": "a = 2", "two": "b = 5\nc = a", "three": "", "four": "m = c"}
    page = text_ancestry(run_ancestry(RUN, CELLS, texts))
    assert "used cells 1, 2, 4 of 4" in page
    assert "edited since" in page
    assert "c = a" in page
    assert "b = 5" not in page
    assert "a from [1]" in page
    assert "edited since" in html_ancestry(run_ancestry(RUN, CELLS, texts))


def test_plot_has_a_box_for_each_cell_and_an_arrow_for_each_link():
    found = run_ancestry(RUN, CELLS)
    axes = ancestry_plot(found)
    labels = [t.get_text() for t in axes.texts]
    assert sum("[" in label for label in labels) == len(found.cells)
    arrows = [t for t in axes.texts if getattr(t, "arrow_patch", None) is not None]
    assert len(arrows) == len(found.links)


def test_long_lists_are_counted():
    assert used_text([2], 3) == "used cell 2 of 3"
    assert used_text(range(12), 31) == "used 12 of 31 cells"
