"""A search is one run, and each of its candidates a run below it that lists leave out."""

from __future__ import annotations

import pytest

SEARCH = """
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.experimental import enable_halving_search_cv
from sklearn.model_selection import HalvingGridSearchCV
import nbtrail
def search(kind=GridSearchCV, grid=None, **options):
    grid = grid or {"C": [0.001, 0.1, 1.0]}
    return kind(LogisticRegression(max_iter=500), grid, cv=3, **options).fit(X_train, y_train)
"""


def candidates(notebook, parent):
    table = notebook.store.reader.runs(query=f'parent = "{parent}"', order="name", descending=False)
    return [notebook.store.reader.run(run_id) for run_id in table.run_id]


@pytest.mark.parametrize("way", ["%%track s\ng = search()", "start_run"])
def test_every_candidate_is_a_finished_run_below_the_search(notebook, way, capsys):
    notebook.run(SEARCH)
    notebook.run("with nbtrail.start_run('s'):\n    g = search()" if way == "start_run" else way)
    search = notebook.shell.user_ns["g"]
    parent = notebook.named("s")
    children = candidates(notebook, "s")
    assert [c.name for c in children] == ["s.c0", "s.c1", "s.c2"]
    for child in children:
        place = int(child.tags["nbtrail.candidate"])
        assert (child.status, child.parent_run_id) == ("FINISHED", parent.run_id)
        assert child.param("C").value == repr(search.cv_results_["params"][place]["C"])
        mean = search.cv_results_["mean_test_score"][place]
        assert child.metric("cv_accuracy_mean").last == mean
        folds = notebook.store.reader.history(child.run_id, "cv_accuracy")
        assert [p.step for p in folds] == [0, 1, 2]
        assert [p.value for p in folds] == [
            search.cv_results_[f"split{k}_test_score"][place] for k in range(3)
        ]
        assert not child.models
    assert parent.metric("cv_accuracy_best").last == search.best_score_
    assert parent.tags["nbtrail.candidates"] == "3"
    assert notebook.count() == 1


def test_the_receipt_names_the_search_and_its_best(notebook, capsys):
    notebook.run(SEARCH)
    capsys.readouterr()
    notebook.run("%%track s\nsearch();")
    shown = capsys.readouterr().out
    assert shown.count("%track show") == 1
    assert "3 candidates, best C=" in shown


def test_automatic_runs_and_keeping_afterwards(notebook):
    notebook.run(SEARCH)
    notebook.run("g = search()")
    notebook.run("%track keep")
    kept = notebook.last()
    assert len(candidates(notebook, kept.name)) == 3
    notebook.run("%track on")
    notebook.run("g = search()")
    automatic = notebook.last()
    assert automatic.run_id != kept.run_id
    assert len(candidates(notebook, automatic.name)) == 3
    assert notebook.count() == 2


def test_lists_leave_candidates_out_unless_asked(notebook):
    notebook.run(SEARCH)
    notebook.run("%%track s\nsearch()")
    reader = notebook.store.reader
    assert reader.runs().name == ("s",)
    assert reader.runs(query="params.C > 0.01").name == ()
    assert reader.runs(query='params.C > 0.01 and parent = "s"').total == 2
    assert reader.runs(query="tags.nbtrail.candidate = 2").name == ("s.c2",)
    assert reader.resolve("last") == reader.resolve("s")


def test_several_scores_halving_and_training_scores(notebook):
    notebook.run(SEARCH)
    notebook.run(
        "%%track many\ng = search(scoring=['accuracy', 'f1_macro'], refit='f1_macro', "
        "return_train_score=True)"
    )
    parent, (first, *_) = notebook.named("many"), candidates(notebook, "many")
    assert parent.metric("cv_f1_macro_best") is not None
    assert {"cv_accuracy_mean", "cv_f1_macro_std", "train/cv_f1_macro_mean"} <= {
        m.key for m in first.metrics
    }
    notebook.run("%%track half\ng = search(HalvingGridSearchCV, min_resources=20)")
    search = notebook.shell.user_ns["g"]
    halved = candidates(notebook, "half")
    assert len(halved) == len(search.cv_results_["params"])
    assert {c.param("halving.iter").value for c in halved} == {
        repr(int(i)) for i in search.cv_results_["iter"]
    }


def test_a_large_search_keeps_the_best_and_says_so(notebook):
    notebook.run(SEARCH)
    notebook.run(
        "%%track large\ng = search(grid={'C': [10.0 ** (k / 40) for k in range(-80, 40)]})"
    )
    search = notebook.shell.user_ns["g"]
    kept = candidates(notebook, "large")
    assert notebook.named("large").tags["nbtrail.candidates"] == "100 best of 120"
    ranks = sorted(search.cv_results_["rank_test_score"])[:100]
    assert max(
        search.cv_results_["rank_test_score"][int(c.tags["nbtrail.candidate"])] for c in kept
    ) == max(ranks)


def test_failed_candidates_are_kept_with_what_is_known(notebook):
    notebook.run(SEARCH)
    notebook.run(
        "%%track failing\nimport warnings\nwith warnings.catch_warnings():\n"
        "    warnings.simplefilter('ignore')\n    g = search(grid={'C': [-1.0, 1.0]})"
    )
    first, second = candidates(notebook, "failing")
    assert first.metric("cv_accuracy_mean").last != first.metric("cv_accuracy_mean").last
    assert second.metric("cv_accuracy_mean").last > 0.5


def test_searches_of_several_models_in_one_cell(notebook):
    notebook.run(SEARCH)
    notebook.run("%%track two\na = search()\nb = search(RandomizedSearchCV, n_iter=2)")
    assert len(candidates(notebook, "two.1")) == 3
    assert len(candidates(notebook, "two.2")) == 2
    assert notebook.count() == 3
