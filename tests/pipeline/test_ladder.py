"""What happens when the slice does not find what the run found, and when it has too much."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbtrail.entities.pipeline import Outcome
from nbtrail.exceptions import VerifyError
from nbtrail.pipeline.export import export_run
from nbtrail.pipeline.verify import verify_folder

pytestmark = pytest.mark.slow

# a change that no observer of names and files can see: through an address
HIDDEN = (
    "import ctypes\nimport numpy as np\na = np.zeros(4)",
    "place = ctypes.c_void_p(a.ctypes.data).value",
    "other = np.ones(3)\nother.sum()",
    "ctypes.memmove(place, np.array([3.0, 0, 0, 0]).ctypes.data, 8)",
    "b = a.sum()",
    "m = float(b)",
)


@pytest.fixture
def export(notebook, store, record):
    """Run cells and export what they say of ``m``; return manifest, script and the progress."""

    def run(*cells, expressions=None, **options):
        for cell in cells:
            notebook.run(cell, quiet=False)
        said = []
        folder = notebook.folder / "out"
        run_id = record(expressions=expressions or {"m": "m"})
        manifest = export_run(store, run_id, folder, progress=said.append, **options)
        return manifest, (folder / "pipeline.py").read_text(), said

    return run


def test_a_hidden_change_is_found_behind_the_first_statement_that_differs(export):
    manifest, script, said = export(*HIDDEN)
    verdict = manifest.verdict
    assert verdict.outcome is Outcome.EXACT, verdict
    assert manifest.form == "stages"
    assert "memmove" in script
    assert "other" not in script
    found = [rung.found for rung in verdict.rungs]
    assert found[0].startswith("The metric m is 0.0 instead of 3.0")
    assert "In [5], line 1: `b = a.sum()` (b differs)" in found[1]
    assert "reproduced" in found
    assert any("In [5], line 1" in text for text in said)


def test_every_rung_is_told_in_the_readme(export, notebook):
    manifest, _, _ = export(*HIDDEN)
    page = (notebook.folder / "out" / "README.md").read_text()
    for rung in manifest.verdict.rungs:
        assert rung.name in page


def test_a_statement_that_differs_is_named_when_nothing_helps(export):
    manifest, _, _ = export("import os\npid = os.getpid()", "twice = pid * 2", "m = float(twice)")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "In [1], line 2: `pid = os.getpid()` (pid differs)" in manifest.verdict.culprit
    assert manifest.verdict.rungs[-1].name == "the full history"


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("import time\nm = time.time()",), "another value at each moment"),
        (
            ("import numpy as np\nm = float(np.random.default_rng().random())",),
            "random generator without a seed",
        ),
        (
            (
                "names = {f'n{i}' for i in range(60)}",
                "m = float(list(names)[0][1:]) + float(list(names)[1][1:]) / 100",
            ),
            "sorted(",
        ),
    ],
)
def test_causes_that_a_user_understands(export, cells, words):
    manifest, _, _ = export(*cells)
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert words in manifest.verdict.culprit


def test_the_state_of_a_generator_that_nobody_seeded_is_restored(export, notebook):
    manifest, script, _ = export(
        "import random\nimport numpy as np\nimport sklearn",
        "a = np.random.rand(3)",
        "np.random.rand()  # it draws, too",
        "b = random.random()",
        "m = float(a.sum() + b + np.random.normal())",
    )
    verdict = manifest.verdict
    assert verdict.outcome is Outcome.EXACT, verdict
    assert verdict.rungs[-1].name == "with the random state of then restored"
    (doubt,) = verdict.unchecked
    assert "np.random.seed(0)" in doubt
    assert "random_state.json" in doubt
    assert "    restore_random_state()\n" in script
    folder = notebook.folder / "out"
    assert verify_folder(folder).outcome is Outcome.EXACT
    (folder / "random_state.json").write_text("{}")
    with pytest.raises(VerifyError, match=r"random_state\.json is not what the run used"):
        verify_folder(folder)


def test_a_seed_needs_no_state(export):
    manifest, script, _ = export(
        "import numpy as np\nnp.random.seed(3)", "m = float(np.random.rand())"
    )
    assert manifest.verdict.outcome is Outcome.EXACT
    assert manifest.verdict.unchecked == ()
    assert "restore_random_state" not in script


def test_a_question_at_the_keyboard_is_told(export, notebook):
    notebook.values["input"] = lambda _text: "4"
    manifest, _, _ = export("answer = input('how many? ')", "m = float(answer)")
    assert manifest.verdict.outcome is Outcome.NOT_REPRODUCIBLE
    assert "waits for an answer at the keyboard" in manifest.verdict.culprit
    assert len(manifest.verdict.rungs) == 1  # more of the notebook would not help


def test_what_was_there_for_safety_only_is_left_out(export):
    manifest, script, _ = export(
        "import duckdb\nbase = duckdb.connect()",
        "_ = base.execute('create table t as select * from range(5)')",
        "seen = base.execute('select count(*) from t').fetchall()",
        "_ = base.execute('delete from t where range = 2')",
        "m = float(base.execute('select sum(range) from t').fetchone()[0])",
    )
    assert manifest.verdict.outcome is Outcome.EXACT
    assert "create table" in script
    assert "delete from" in script
    assert "count(*)" not in script
    assert manifest.verdict.rungs[-1].found.startswith("not needed, left out: `seen = ")


def test_a_change_that_was_seen_stays_even_if_the_numbers_do_not_need_it(export):
    manifest, script, _ = export(
        "import pandas as pd\ntable = pd.DataFrame({'a': [1.0, 2.0]})",
        "table = table.dropna()\ntable['b'] = table['a']",
        "table.fillna(0, inplace=True)",
        "m = float(table['b'].sum())",
    )
    assert manifest.verdict.outcome is Outcome.EXACT
    assert "dropna" in script


def test_a_model_is_compared_after_something_was_left_out(export, notebook):
    manifest, _, _ = export(*HIDDEN)
    kinds = {check.kind for check in manifest.verdict.checks}
    assert kinds >= {"run", "metric"}


def test_progress_names_rung_and_time(export):
    _, _, said = export("m = 1.0 + 1")
    assert any(text.startswith("[0 s] the slice: 1 statement") for text in said)


def test_values_of_statements_are_recorded(notebook):
    notebook.run("a = [1, 2]\na.append(3)")
    first, second = notebook.cells[0].statements
    assert dict(first.values).keys() == {"a"}
    assert dict(first.values)["a"] != dict(second.values)["a"]
    notebook.run("b = [1, 2, 3]")
    (third,) = notebook.cells[1].statements
    assert dict(third.values)["b"] == dict(second.values)["a"]
    assert replace(third, values=()).values == ()
