"""What %track leaves in a saved notebook: good for a reader without kernel, trust or extension."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import bleach
import nbformat
import pytest
from jsonschema import Draft202012Validator
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from PIL import Image

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]

CONTRACT = Path(__file__).parents[2] / "labextension" / "contract" / "api.json"
EVIL = "<img src=x onerror=alert(1)>"
TRAIN = f"""
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
import nbtrail
X, y = load_iris(return_X_y=True, as_frame=True)
for number, C in enumerate((0.01, 1.0)):
    with nbtrail.start_run(["low", "{EVIL}"][number], experiment="iris") as run:
        LogisticRegression(C=C, max_iter=500).fit(X + number, y).score(X + number, y)
        for step in range(40):
            nbtrail.log_metric("loss", 1 / (step + 1 + number), step=step)
"""
CELLS = {
    "load": "%load_ext nbtrail",
    "train": TRAIN,
    "track": "%%track tracked\n%track compare low last~1\nmodel = LogisticRegression().fit(X, y)",
    "runs": "%track runs",
    "show": "%track show low",
    "compare": "%track compare low last~1",
    "why": "%track why low last~1",
    "form": "%track widget compare low last~1",
    "picture": "[a.path for a in nbtrail.get_run('tracked').artifacts if 'figure' in a.path]",
    "long": f"%track compare {' '.join(['low'] * 99)} {'x' * 400}",
}
OWN = {
    "runs": ("application/vnd.nbtrail.runs.v1+json", "runs_page"),
    "show": ("application/vnd.nbtrail.run.v1+json", "run_detail"),
    "compare": ("application/vnd.nbtrail.compare.v1+json", "notebook_comparison"),
    "why": ("application/vnd.nbtrail.why.v1+json", "why"),
}


class Texts(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.tags: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.found += data.split()


@pytest.fixture(scope="module")
def notebook(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The cells above, run by a real kernel, as it is saved."""
    folder = tmp_path_factory.mktemp("project")
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS.values()]
    made = nbformat.v4.new_notebook(cells=cells)
    environment = {k: v for k, v in os.environ.items() if k != "NBTRAIL_DIR"}
    NotebookClient(
        made, timeout=120, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    ).execute(env=environment)
    nbformat.write(made, folder / "saved.ipynb")
    return nbformat.read(folder / "saved.ipynb", as_version=4)


def bundle(notebook: Any, cell: str) -> dict[str, Any]:
    outputs = notebook.cells[list(CELLS).index(cell)].outputs
    return next(o["data"] for o in outputs if "text/html" in o.get("data", {}))


@pytest.mark.parametrize("cell", list(OWN))
def test_each_verb_leaves_own_type_html_and_text(notebook: Any, cell: str) -> None:
    data = bundle(notebook, cell)
    kind, part = OWN[cell]
    assert {kind, "text/html", "text/plain"} <= set(data)
    contract = json.loads(CONTRACT.read_text(encoding="utf-8"))
    Draft202012Validator(contract | {"$ref": f"#/$defs/{part}"}).validate(data[kind])
    assert len(json.dumps(data)) < 400_000
    assert "low" in data["text/plain"]
    assert (EVIL in data["text/plain"]) == (cell != "show")
    assert "<img src=x" not in data["text/html"]


def test_curves_are_a_picture_too(notebook: Any) -> None:
    data = bundle(notebook, "compare")
    picture = Image.open(io.BytesIO(base64.b64decode(data["image/png"])))
    assert picture.width > 300
    assert len(set(picture.convert("RGB").getcolors(1 << 20) or [])) > 20  # something is drawn
    assert data["image/png"].strip() in data["text/html"].replace("\n", "")
    curves = data[OWN["compare"][0]]["curves"]["curves"]
    assert [curve["key"] for curve in curves] == ["loss", "loss"]


def test_our_pictures_are_no_figures_of_the_run(notebook: Any) -> None:
    (shown,) = notebook.cells[list(CELLS).index("picture")].outputs
    assert shown["data"]["text/plain"] == "[]"


def test_a_receipt_is_one_line_that_opens(notebook: Any) -> None:
    data = next(
        o["data"]
        for o in notebook.cells[list(CELLS).index("track")].outputs
        if "%track show tracked" in o.get("data", {}).get("text/plain", "")
    )
    assert "\n" not in data["text/plain"].strip()
    head, _, opened = data["text/html"].partition("</summary>")
    assert "<details" in head
    assert "tracked" in head
    assert "max_iter" not in head
    assert "LogisticRegression" in opened


@pytest.mark.parametrize("cell", list(OWN))
def test_a_strict_site_keeps_texts_and_tables(notebook: Any, cell: str) -> None:
    """Sites that show notebooks drop styles, classes and data URIs; all that is said must stay."""
    html = bundle(notebook, cell)["text/html"]
    kept = bleach.clean(
        html,
        tags={"div", "span", "table", "thead", "tbody", "tr", "th", "td", "details", "summary",
              "img"},
        attributes={"img": ["alt", "src"]},
        protocols={"https"},
        strip=True,
    )  # fmt: skip
    before, after = Texts(html), Texts(kept)
    assert after.found == before.found
    assert after.tags == before.tags
    assert "style" not in kept
    if cell == "compare":
        assert 'alt="curves of loss"' in kept


def test_nbconvert_makes_a_page_of_it(notebook: Any) -> None:
    for sanitized in (False, True):
        exporter = HTMLExporter(sanitize_html=sanitized)
        page, _ = exporter.from_notebook_node(notebook)
        # the widgets' state stands in a script element of JSON, which no browser runs or draws
        shown = re.sub(r"<script type=.application/vnd.*?</script>", "", page, flags=re.DOTALL)
        assert "<img src=x" not in shown
        assert page.count("★") >= 1
    assert "data:image/png;base64," in HTMLExporter().from_notebook_node(notebook)[0]


def test_a_form_leaves_a_page_where_widgets_are_not_drawn(notebook: Any) -> None:
    cell = notebook.cells[list(CELLS).index("form")]
    alone = nbformat.v4.new_notebook(cells=[cell])
    page, _ = HTMLExporter().from_notebook_node(alone)
    kept = Texts(page[page.index("as a page, for readers without widgets") :])
    assert {"Metrics", "loss", "★"} <= set(kept.found)


def test_a_long_line_is_only_a_mistake(notebook: Any) -> None:
    (told,) = notebook.cells[list(CELLS).index("long")].outputs
    assert told["name"] == "stderr"
    assert told["text"].startswith("nbtrail: ")
    assert "Warning" not in told["text"]
