"""The recipes of the documentation run as they stand."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from nbtrail.store.store import Store

RECIPES = Path(__file__).parents[2] / "docs" / "recipes.md"


def test_the_recipe_for_torch(project):
    pytest.importorskip("torch")
    code = re.findall(r"```python\n(.*?)```", RECIPES.read_text(encoding="utf-8"), re.DOTALL)[0]
    (project / "train.py").write_text(code)
    subprocess.run([sys.executable, "train.py"], cwd=project, check=True, timeout=300)
    store = Store.open(project / ".nbtrail")
    try:
        run = store.reader.run(store.reader.resolve("mlp"))
        losses = store.reader.history(run.run_id, "val/loss")
        assert [p.step for p in losses] == list(range(20))
        assert losses[-1].value < losses[0].value
        assert [a.path for a in run.artifacts] == ["mlp.pt"]
        assert {d.name for d in run.datasets} == {"x_train", "x_val"}
    finally:
        store.close()
