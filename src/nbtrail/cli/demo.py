"""``nbtrail demo``: the main job from a notebook cell to a verified pipeline, on real data."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any

import click

from nbtrail.cli.output import fail
from nbtrail.config import FOLDER
from nbtrail.entities.pipeline import Manifest
from nbtrail.exceptions import MissingExtraError, NbtrailError
from nbtrail.store.store import Store

__all__ = ["demo"]

_NOTEBOOK = "01-first-run.ipynb"
_DATA = ("penguins.csv", "SOURCE.md")
_MODEL = "penguins@champion"
_CELL_S = 600


@click.command()
@click.argument("folder", default="nbtrail-demo", type=click.Path(file_okay=False))
@click.option("--lab", is_flag=True, help="Open JupyterLab on the folder afterwards.")
def demo(folder: str, *, lab: bool) -> None:
    """Run the whole thread in a fresh FOLDER: track, compare, promote, export, verify."""
    try:
        _demo(folder, lab=lab)
    except (NbtrailError, OSError) as error:
        fail(error, as_json=False)


def _demo(folder: str, *, lab: bool) -> None:
    project = _fresh(Path(folder))
    _step(1, "project", f"{project}: a git repository with {_NOTEBOOK} and data/{_DATA[0]}")
    _make_project(project)
    store = Store.open(project / FOLDER, create=True)
    _step(2, "track", "running the notebook in a real kernel")
    _run_notebook(project, store)
    best = store.reader.resolve("best")
    _compare(store, best)
    _promote(store, best)
    manifest = _export(store, best, project / "pipeline")
    _tell_verdict(manifest)
    store.close()
    command = f"cd {project} && jupyter lab {_NOTEBOOK}"
    click.echo(f"\nSee the runs in JupyterLab (left side panel):  {command}")
    if lab:
        subprocess.run([sys.executable, "-m", "jupyterlab", _NOTEBOOK], cwd=project, check=False)


def _step(number: int, title: str, text: str) -> None:
    click.secho(f"\n{number}  {title:<8}", bold=True, nl=False)
    click.echo(f" {text}")


def _fresh(wanted: Path) -> Path:
    folder, number = wanted, 1
    while folder.exists() and any(folder.iterdir()):
        number += 1
        folder = wanted.with_name(f"{wanted.name}-{number}")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _make_project(project: Path) -> None:
    (project / "data").mkdir(exist_ok=True)
    targets = {_NOTEBOOK: project / _NOTEBOOK} | {n: project / "data" / n for n in _DATA}
    for name, target in targets.items():
        with resources.as_file(_resource(name)) as source:
            shutil.copyfile(source, target)
    who = ("-c", "user.name=nbtrail demo", "-c", "user.email=demo@nbtrail.invalid")
    for arguments in (
        ("init", "--quiet", "--initial-branch=main"),
        ("add", "."),
        (*who, "-c", "commit.gpgsign=false", "commit", "--quiet", "-m", "A notebook and its data"),
    ):
        try:
            subprocess.run(["git", *arguments], cwd=project, check=True, capture_output=True)
        except FileNotFoundError:
            click.echo("   git is not installed: the runs will carry no commit")
            return
        except subprocess.CalledProcessError as error:
            text = error.stderr.decode(errors="replace").strip()
            raise NbtrailError(f"git {arguments[0]} failed in {project}: {text}") from None


def _resource(name: str) -> Any:
    """Find a demo file: in the installed package, else in the checkout it is run from."""
    packaged = resources.files("nbtrail.cli") / "demo_files" / name
    if packaged.is_file():
        return packaged
    notebooks = Path(__file__).parents[3] / "notebooks"
    return notebooks / ("data" if name in _DATA else "") / name


def _run_notebook(project: Path, store: Store) -> None:
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError:
        raise MissingExtraError("nbclient", "lab") from None
    from nbtrail.views.text import text_receipt

    path = project / _NOTEBOOK
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    total = sum(cell.cell_type == "code" for cell in notebook.cells)
    told: set[str] = set()
    done = 0

    def executed(cell: Any, **_details: Any) -> None:
        nonlocal done
        if cell.cell_type != "code":
            return
        done += 1
        if sys.stdout.isatty():
            click.echo(f"\r   cell {done} of {total}", nl=False)
        table = store.reader.runs(descending=False)
        for run_id, status in zip(table.run_id, table.status, strict=True):
            if run_id not in told and status != "RUNNING":
                told.add(run_id)
                click.echo(f"\r   {text_receipt(store.reader.run(run_id))}")

    client = NotebookClient(
        notebook,
        timeout=_CELL_S,
        kernel_name="python3",
        resources={"metadata": {"path": str(project)}},
        extra_arguments=["--log-level=ERROR"],  # else it warns of its local TCP ports
        on_cell_executed=executed,
    )
    client.create_kernel_manager().shutdown_wait_time = _CELL_S  # it may still write models
    environment = os.environ | {"NBTRAIL_NOTEBOOK": str(path.absolute())}
    environment.pop("NBTRAIL_DIR", None)
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        raise NbtrailError(f"A cell of {path} failed:\n{error}") from None
    finally:
        nbformat.write(notebook, path)  # type: ignore[no-untyped-call]
    click.echo(f"\r   all {total} cells ran")


def _compare(store: Store, best: str) -> None:
    from nbtrail.tracking.gathering import Gathering
    from nbtrail.views.text import text_comparison

    table = store.reader.runs(descending=False)
    others = [run_id for run_id in table.run_id if run_id != best]
    _step(3, "compare", "the best run with the one before it, differences first")
    comparison = Gathering(store.reader, (best, others[0])).comparison()
    click.echo(_indented(text_comparison(comparison)))


def _promote(store: Store, best: str) -> None:
    from nbtrail.tracking.registry import promote

    version = promote(store, best, _MODEL, reason="best of the demo")
    name = store.reader.run(best).name
    _step(4, "promote", f"{name} is {version.name} version {version.version}, {_MODEL}")


def _export(store: Store, best: str, folder: Path) -> Manifest:
    from nbtrail.pipeline.export import export_run

    _step(5, "export", f"{folder}: the minimal script of what really ran")
    return export_run(store, best, folder, progress=lambda text: click.echo(f"   {text}"))


def _tell_verdict(manifest: Manifest) -> None:
    from nbtrail.views.text import text_verdict

    _step(6, "verify", "pipeline.py in a fresh process, compared with the recorded run")
    if manifest.verdict is None:
        raise NbtrailError(
            "The pipeline was exported but not verified. Run: nbtrail verify pipeline"
        )
    click.echo(_indented(text_verdict(manifest.verdict)))


def _indented(text: str) -> str:
    return "\n".join(f"   {line}" for line in text.splitlines())
