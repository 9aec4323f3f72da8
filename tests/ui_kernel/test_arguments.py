"""Reading what stands behind %track and %%track."""

from __future__ import annotations

import pytest

from nbtrail.entities.run import Direction
from nbtrail.exceptions import UsageError
from nbtrail.ui.arguments import assignments, evaluate, parse_cell_options, parse_metric, parse_runs


def test_all_cell_options():
    options = parse_cell_options(
        'base -e "my exp" -m auc:max loss -p lr -d X y -t stage=try team="a b"'
    )
    assert options.name == "base"
    assert options.experiment == "my exp"
    assert options.metrics == ("auc:max", "loss")
    assert options.params == ("lr",)
    assert options.data == ("X", "y")
    assert options.tags == {"stage": "try", "team": "a b"}


def test_no_options():
    assert parse_cell_options("").name == ""


@pytest.mark.parametrize("line", ["--nope", "a b", "-t x", '"open', "-m"])
def test_bad_options_are_named(line):
    with pytest.raises(UsageError):
        parse_cell_options(line)


def test_metric_directions():
    assert parse_metric("auc") == ("auc", None)
    assert parse_metric("auc:max") == ("auc", Direction.MAX)
    with pytest.raises(UsageError, match="max or min"):
        parse_metric("auc:up")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acc=0.9", [("acc", "0.9")]),
        ("acc=f(a, b=2), loss=x", [("acc", "f(a, b=2)"), ("loss", "x")]),
        ("a=1 b=2", [("a", "1"), ("b", "2")]),
        ("train/acc=max([1, 2])", [("train/acc", "max([1, 2])")]),
        ("note='x=1, y=2'", [("note", "'x=1, y=2'")]),
        ("same=a == b", [("same", "a == b")]),
    ],
)
def test_assignments(text, expected):
    assert list(assignments(text)) == expected


@pytest.mark.parametrize("text", ["", "acc", "acc=", "3 acc=1"])
def test_bad_assignments(text):
    with pytest.raises(UsageError):
        list(assignments(text))


def test_an_expression_that_fails_is_explained():
    assert evaluate("a + 1", {"a": 1}) == 2
    with pytest.raises(UsageError, match="NameError"):
        evaluate("missing", {})


@pytest.mark.parametrize(
    ("line", "parts"),
    [
        ("", ("", (), "started")),
        ("forest --over seed", ("forest", ("seed",), "started")),
        (
            "metrics.auc > 0.5 --order 'metrics.auc desc' --over seed,fold",
            ("metrics.auc > 0.5", ("seed", "fold"), "metrics.auc desc"),
        ),
        ("name = a--over", ("name = a--over", (), "started")),
    ],
)
def test_options_of_a_list_of_runs(line, parts):
    assert parse_runs(line) == parts
