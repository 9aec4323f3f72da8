"""Five exported scripts, byte by byte: they are read by people, so people have read them.

To write them anew after a change that is meant: ``NBTRAIL_GOLDEN=write pytest`` on this file, and
read the difference.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbtrail.entities.pipeline import Outcome
from nbtrail.entities.run import Metric
from nbtrail.pipeline.export import export_run

pytestmark = pytest.mark.slow

GOLDEN = Path(__file__).parent / "golden"
RULES = "E4,E7,E9,F,I,UP,B,SIM,W,C4,PIE"
# what a Python has without any installation, for scripts that need nothing else
BLOCKER = "import sys, runpy; sys.modules['nbtrail'] = None; sys.argv = sys.argv[1:]; "
START = BLOCKER + "runpy.run_path(sys.argv[0], run_name='__main__')"

NOTEBOOKS = {
    "messy_session": (
        """\
import matplotlib.pyplot as plt
import pandas as pd

data = pd.read_csv('data.csv')
# %%
test_size = 0.5  # too much, see below
# %%
# first idea, given up
features = ['a']
# %%
plt.ioff()
plt.hist(data['a'])
plt.close('all')
# %%
!ls
data.describe()
# %%
# ratios say more than sums
data['ratio'] = data['a'] / (data['b'] + 1)
features = ['a', 'b', 'ratio']
# %%
test_size = 0.3
# %%
from sklearn.model_selection import train_test_split

X_train, X_test, y_train, y_test = train_test_split(
    data[features], data['y'], test_size=test_size, random_state=7)
# %%
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score

model = LogisticRegression(C=0.3, max_iter=500)
model.fit(X_train, y_train)
predicted = model.predict(X_test)
# %%
print(f'accuracy {accuracy_score(y_test, predicted):.3f}')
f1_score(y_test, predicted)
""",
        [
            ("accuracy", "sklearn.metrics.accuracy_score", 9, 0),
            ("f1", "sklearn.metrics.f1_score", 9, 1),
        ],
        ("model",),
    ),
    "columns_and_checks": (
        '''\
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

SEED = 42
NUMBERS = ['a', 'b']
# %%
def load(path, least=0.0):
    """Read the table, small rows left out."""
    table = pd.read_csv(path)
    return table[table['a'] >= least]
# %%
table = load('data.csv', least=0.05)
assert not table.isna().any().any(), 'there are missing values'
if len(table) < 20:
    raise ValueError('too few rows')
# %%
def log_all(table):
    # small values count, too
    return np.log1p(table)
# %%
X_train, X_test, y_train, y_test = train_test_split(
    table.drop(columns='y'), table['y'], random_state=SEED)
# %%
numbers = make_pipeline(FunctionTransformer(log_all), StandardScaler())
columns = ColumnTransformer(
    [('numbers', numbers, NUMBERS), ('kinds', OneHotEncoder(), ['g'])])
model = make_pipeline(
    columns, RandomForestClassifier(n_estimators=20, max_depth=3, random_state=SEED))
model.fit(X_train, y_train)
# %%
score = model.score(X_test, y_test)
''',
        {"accuracy": "score"},
        (),
    ),
    "shell_and_magics": (
        """\
%precision 3
rows = 30
small = 'small.csv'
!ls -l
# %%
!head -n $rows data.csv > {small}
# %%
%env SCALE=2
import os
scale = float(os.environ['SCALE'])
# %%
%%time
import csv
with open(small) as file:
    values = [float(row['a']) for row in csv.DictReader(file)]
# %%
sum(values) * scale
# %%
mean = _ / len(values)
""",
        {"mean": "mean"},
        (),
    ),
    "cross_validation": (
        """\
import pandas as pd
from sklearn.model_selection import cross_val_score, KFold
from sklearn.svm import SVC
# %%
train = pd.read_csv('data.csv')
more = pd.read_csv('more.csv')
data = pd.concat([train, more], ignore_index=True)
# %%
folds = KFold(n_splits=4, shuffle=True, random_state=3)
# %%
scores = cross_val_score(SVC(C=2.0, gamma=0.5), data[['a', 'b']], data['y'], cv=folds)
accuracy = scores.mean()
""",
        {"accuracy": "accuracy", "spread": "scores.std()"},
        (),
    ),
    "order_of_execution": (
        """\
import random
random.seed(5)
weights = []
# %%
for _ in range(3):
    weights.append(random.random())
# %%
scale = 2
def total():
    return scale * sum(weights)
# %%
first = total()
# %%
scale = 3
# %%
def total():
    return scale + sum(weights)
# %%
result = first + total()
""",
        {"result": "result"},
        (),
    ),
}


@pytest.fixture
def exported(request, notebook, store, record):
    """Play a notebook, export it, and return its script with what is of this machine put away."""
    cells, metrics, models = NOTEBOOKS[request.param]
    rows = [
        f"{n % 7 / 7:.3f},{n * 5 % 11 / 11:.3f},{'uvw'[n % 3]},{int(n % 7 > 3)}" for n in range(60)
    ]
    (notebook.folder / "data.csv").write_text("a,b,g,y\n" + "\n".join(rows) + "\n")
    (notebook.folder / "more.csv").write_text("a,b,g,y\n" + "\n".join(rows[::2]) + "\n")
    for cell in cells.split("# %%\n"):
        notebook.run(cell.strip(), quiet=False)
    if isinstance(metrics, dict):
        run_id = record(expressions=metrics, models=models)
    else:
        found = tuple(values_of(notebook, *metric) for metric in metrics)
        run_id = record(metrics=found, models=models)
    manifest = export_run(store, run_id, notebook.folder / "out")
    assert manifest.verdict.outcome is Outcome.EXACT, manifest.verdict
    text = (notebook.folder / "out" / "pipeline.py").read_text()
    text = text.replace(run_id, "0" * 32)
    text = re.sub(r'requires-python = ">=[\d.]+"', 'requires-python = ">=3.11"', text)
    return request.param, re.sub(r'("[\w-]+)==[\w.]+"', r'\1==0"', text), notebook.folder


def values_of(notebook, key, origin, cell, statement):
    from sklearn import metrics

    values = notebook.values
    value = getattr(metrics, origin.rpartition(".")[2])(values["y_test"], values["predicted"])
    return Metric(key, value, value, value, origin=origin, cell_seq=cell, statement=statement)


@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("exported", NOTEBOOKS, indirect=True)
def test_script(exported, tmp_path):
    name, text, folder = exported
    golden = GOLDEN / f"{name}.py"
    if os.environ.get("NBTRAIL_GOLDEN") == "write":
        GOLDEN.mkdir(exist_ok=True)
        golden.write_text(text)
    assert text == golden.read_text()
    ruff = [sys.executable, "-m", "ruff"]
    script = str(folder / "out" / "pipeline.py")
    for command in (["check", "--isolated", "--select", RULES], ["format", "--isolated", "--diff"]):
        done = subprocess.run(
            [*ruff, *command, script], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", START, script, "--output", str(tmp_path / "o")],
        cwd=folder,
        check=False,
        capture_output=True,
        text=True,
        env={k: v for k, v in os.environ.items() if k != "PYTHONPATH"},
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "o" / "metrics.json").exists()


def test_each_golden_file_has_its_notebook():
    assert {path.stem for path in GOLDEN.glob("*.py")} == set(NOTEBOOKS)
