"""What a user does and sees in the panel, for the tests of this folder."""

from __future__ import annotations

from pathlib import Path

import nbformat
from playwright.sync_api import Locator, Page, expect

CELLS = [
    "%load_ext nbtrail",
    """\
from sklearn.datasets import load_iris
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
X, y = load_iris(return_X_y=True, as_frame=True)
X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=0)""",
    """\
%%track forest -m accuracy:max
model = RandomForestClassifier(n_estimators=20, random_state=0).fit(X_train, y_train)
accuracy = model.score(X_test, y_test)""",
]
ROW = ".nbt-run[data-run]"
KERNEL_IS_READY = """() => {
  const kernel = window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel;
  return kernel?.connectionStatus === 'connected' && kernel?.status === 'idle';
}"""


def command(page: Page, name: str, **arguments: object) -> None:
    """Execute a command without waiting for what it does."""
    page.evaluate(
        "([name, args]) => { window.jupyterapp.commands.execute(name, args); }", [name, arguments]
    )


def run_all(page: Page) -> None:
    """Run the notebook once its kernel is ready."""
    page.wait_for_function(KERNEL_IS_READY)
    command(page, "notebook:run-all-cells")


def open_run(page: Page, name: str) -> Locator:
    """Click a run in the list; returns its page."""
    page.locator(ROW, has_text=name).first.click()
    expect(page.locator(".nbt-details h2").first).to_have_text(name)
    return page.locator(".nbt-details").first


def show_panel(page: Page) -> None:
    """Open the panel."""
    command(page, "nbtrail:show-runs")
    expect(page.locator(".nbt-panel")).to_be_visible()


def change_theme(page: Page, theme: str) -> None:
    """Change to the theme Light or Dark; its splash has gone then."""
    command(page, "apputils:change-theme", theme=f"JupyterLab {theme}")
    page.wait_for_selector(f"body[data-jp-theme-name='JupyterLab {theme}']", state="attached")
    page.wait_for_timeout(500)  # the theme is there before its splash
    page.wait_for_selector("#jupyterlab-splash", state="detached")


def dialog(page: Page, title: str) -> Locator:
    """Return the open dialog whose title begins like that."""
    return page.get_by_role("dialog", name=title)


def section(page: Page, title: str) -> Locator:
    """Return a part of a run's page."""
    return page.locator(f'.nbt-section:has(.nbt-section-title:text-is("{title}"))')


def write_notebook(path: Path, sources: list[str] | None = None) -> None:
    """Write a notebook with the cells above, or others."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources or CELLS]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), path)
