"""Graph and slice over facts written by hand."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from nbtrail.entities.cell import CellExecution, CellStatus, Mutation, StatementFacts
from nbtrail.entities.model import Artifact
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.lineage.graph import build_graph
from nbtrail.lineage.slice import backward_slice, criteria


def cell(seq, *statements):
    return CellExecution("s", seq, "", seq, "", "", 0, 0, CellStatus.OK, statements=statements)


def fact(index=0, reads=(), binds=(), changes=(), deletes=(), read=(), written=()):
    return StatementFacts(
        index,
        index + 1,
        index + 1,
        tuple(reads),
        tuple(binds),
        tuple(deletes),
        tuple(Mutation(n, certain=True) for n in changes),
        tuple(read),
        tuple(written),
    )


def needed(cells, *names):
    graph = build_graph(cells)
    return [seq for seq, _ in backward_slice(graph, names=[(n, graph.order[-1]) for n in names])]


def test_binding_replaces_and_change_adds():
    cells = [
        cell(0, fact(binds=["a"])),
        cell(1, fact(binds=["a"])),
        cell(2, fact(reads=["a"], changes=["a"])),
        cell(3, fact(reads=["a"], binds=["m"])),
    ]
    assert needed(cells, "m") == [1, 2, 3]


def test_a_change_through_an_alias_counts_for_both():
    cells = [
        cell(0, fact(binds=["a"])),
        cell(1, fact(reads=["a"], binds=["b"])),
        cell(2, fact(reads=["b"], changes=["a", "b"])),
        cell(3, fact(reads=["a"], binds=["m"])),
    ]
    assert needed(cells, "m") == [0, 1, 2, 3]


def test_value_counts_as_of_the_place():
    cells = [cell(0, fact(binds=["a"])), cell(1, fact(binds=["a"]))]
    graph = build_graph(cells)
    assert backward_slice(graph, names=[("a", (0, 0))]) == ((0, 0),)


def test_a_deleted_name_needs_nothing():
    cells = [
        cell(0, fact(binds=["sum"])),
        cell(1, fact(deletes=["sum"])),
        cell(2, fact(reads=["sum"], binds=["m"])),
    ]
    assert needed(cells, "m") == [2]


def test_seed_ends_the_history_of_the_random_state():
    draw = {"read": ["rng:numpy"], "written": ["rng:numpy"]}
    cells = [
        cell(0, fact(binds=["x"], **draw)),
        cell(1, fact(written=["rng:numpy"])),
        cell(2, fact(binds=["y"], **draw)),
        cell(3, fact(binds=["m"], **draw)),
    ]
    assert needed(cells, "m") == [1, 2, 3]


def test_files_connect_writers_and_readers_through_folders():
    cells = [
        cell(0, fact(written=["file:out"])),
        cell(1, fact(written=["file:out/a.csv"])),
        cell(2, fact(written=["file:out/b.csv"])),
        cell(3, fact(binds=["m"], read=["file:out/a.csv"])),
    ]
    assert needed(cells, "m") == [0, 1, 3]


def test_patches_are_always_kept():
    cells = [cell(0, fact(written=["attr:lib.f"])), cell(1, fact(binds=["m"]))]
    assert needed(cells, "m") == [0, 1]


def test_order_matters_for_what_is_overwritten():
    cells = [
        cell(0, fact(binds=["a"])),
        cell(1, fact(reads=["a"], binds=["b"])),
        cell(2, fact(binds=["a"])),
    ]
    graph = build_graph(cells)
    assert (1, 0) in graph.before[2, 0]


def test_files_that_were_logged_as_artifacts_are_results():
    cells = [
        cell(0, fact(written=["pyplot"])),
        cell(1, fact(read=["pyplot"], written=["file:out/plot.png"])),
        cell(2, fact(written=["file:out/other.png"])),
        cell(3, fact(binds=["m"])),
    ]
    graph = build_graph(cells)
    run = Run("0" * 32, "r", Experiment("e"), RunStatus.FINISHED, 0, first_cell=3, last_cell=3)
    assert backward_slice(graph, *criteria(run, graph)) == ()
    kept = replace(run, artifacts=(Artifact("plot.png", "0" * 64, 1),))
    assert backward_slice(graph, *criteria(kept, graph)) == ((0, 0), (1, 0))


names = st.sampled_from("abcd")
statements = st.builds(lambda r, b: (frozenset(r), b), st.lists(names, max_size=3), names)


@given(st.lists(statements, min_size=1, max_size=12))
def test_slice_computes_the_same_as_everything(program):
    """Run straight-line programs: the slice gives the value that the whole gives."""
    cells = [cell(n, fact(reads=r, binds=[b])) for n, (r, b) in enumerate(program)]
    graph = build_graph(cells)
    target = program[-1][1]
    kept = {seq for seq, _ in backward_slice(graph, names=[(target, graph.order[-1])])}

    def value(chosen):
        held = dict.fromkeys("abcd", ())
        for number, (reads, bind) in enumerate(program):
            if number in chosen:
                held[bind] = (number, tuple(held[r] for r in sorted(reads)))
        return held[target]

    assert value(kept) == value(set(range(len(program))))
