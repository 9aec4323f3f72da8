"""A real JupyterLab in a process of its own, and a real browser that looks at it.

Sync Playwright needs a process without a running event loop, so these tests run in a
pytest of their own: ``pytest tests/ui``, or ``python -m tests``.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from tests.ui.steps import show_panel, write_notebook

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store

expect.set_options(timeout=30_000)

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
LAB_S = 120
PAGE_MS = 60_000


@dataclass(frozen=True)
class Lab:
    """A running server.

    Attributes
    ----------
    url : str
        With a base URL, as a hub gives one.
    root : Path
        The folder it was started in.
    """

    url: str
    token: str
    root: Path

    def ask(self, path: str) -> bytes:
        """Return what the server answers on a path."""
        request = urllib.request.Request(
            f"{self.url}{path}", headers={"Authorization": f"token {self.token}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from serve(tmp_path_factory.mktemp("lab"), "lab")


@pytest.fixture(scope="session")
def notebook_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    yield from serve(tmp_path_factory.mktemp("notebook"), "notebook")


def serve(home: Path, app: str) -> Iterator[Lab]:
    """Start JupyterLab or Notebook in a home of its own; stop it and its kernels at the end."""
    root = home / "root"
    root.mkdir()
    settings = home / "config" / "lab" / "user-settings"
    news = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    news.parent.mkdir(parents=True)
    news.write_text(json.dumps({"fetchNews": "false", "checkForUpdates": False}))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    token = secrets.token_hex(16)
    folders = {
        "HOME": home,
        "JUPYTER_CONFIG_DIR": home / "config",
        "JUPYTER_DATA_DIR": home / "data",
        "JUPYTER_RUNTIME_DIR": home / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": settings,
        "JUPYTERLAB_WORKSPACES_DIR": home / "workspaces",
        "IPYTHONDIR": home / "ipython",
        "MPLCONFIGDIR": home / "matplotlib",
    }
    environment = os.environ | {name: str(path) for name, path in folders.items()}
    environment.pop("NBTRAIL_DIR", None)
    with (home / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                f"jupyter{app}" if app == "lab" else app,
                "--no-browser",
                "--allow-root",
                "--ServerApp.ip=127.0.0.1",
                f"--ServerApp.port={port}",
                "--ServerApp.port_retries=0",
                "--ServerApp.base_url=/hub/user/",
                f"--{'LabApp' if app == 'lab' else 'JupyterNotebookApp'}.expose_app_in_browser=True",
                f"--IdentityProvider.token={token}",
                f"--ServerApp.root_dir={root}",
            ],
            cwd=root,
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=_as_an_ordinary_user,  # noqa: PLW1509 - one call of the system
        )
    running = Lab(f"http://127.0.0.1:{port}/hub/user/", token, root)
    try:
        _await_server(running, process, home / "server.log")
        yield running
    finally:
        _stop(process)


def _as_an_ordinary_user() -> None:
    """Let permissions of files hold for root as well, by dropping CAP_DAC_OVERRIDE."""
    if sys.platform == "linux" and os.geteuid() == 0:
        ctypes.CDLL(None).prctl(24, 1, 0, 0, 0)  # PR_CAPBSET_DROP, of <linux/prctl.h>


def _await_server(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + LAB_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            lab.ask("api/status")
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.wait(15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    running = launch(playwright)
    yield running
    running.close()


def launch(playwright: Playwright) -> Browser:
    """Start the browser of the machine."""
    found = os.environ.get("NBTRAIL_CHROMIUM") or next(
        filter(None, map(shutil.which, BROWSERS)), None
    )
    return playwright.chromium.launch(
        executable_path=found, args=["--no-sandbox", "--disable-dev-shm-usage"]
    )


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page of a server in a browser context of its own."""
    contexts = []

    def open_(lab: Lab, path: str, *, scale: float = 1) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 800}, device_scale_factor=scale
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PAGE_MS)
        page.errors = []
        page.on("pageerror", lambda error: page.errors.append(error.stack))
        mark = "&" if "?" in path else "?"
        page.goto(f"{lab.url}{path}{mark}token={lab.token}&reset")
        page.wait_for_selector("#jupyterlab-splash", state="detached")
        return page

    yield open_
    for context in contexts:
        context.close()


@pytest.fixture
def make_project() -> Callable[[Path, str], Path]:
    """Make an empty git project below a server's root."""

    def make(root: Path, name: str) -> Path:
        folder = root / name
        folder.mkdir()
        subprocess.run(["git", "init", "--quiet", str(folder)], check=True)
        return folder

    return make


@pytest.fixture
def project(
    lab: Lab, make_project: Callable[[Path, str], Path], request: pytest.FixtureRequest
) -> Path:
    """A project named after the test."""
    return make_project(lab.root, request.node.name)


@pytest.fixture
def store(project):
    opened = Store.open(project / ".nbtrail", create=True)
    yield opened
    opened.close()


@pytest.fixture
def add(store):
    def write(name, **fields):
        now = time.time_ns() // 1_000_000
        plain = {
            "run_id": new_id(),
            "experiment": Experiment("default"),
            "status": RunStatus.FINISHED,
            "started_ms": now,
            "ended_ms": now + 1500,
            "source": "other.ipynb",
        }
        run = Run(name=name, **(plain | fields))
        store.call(operations.start_run(run))
        return run

    return write


@pytest.fixture
def page(lab, project, open_page):
    """The panel beside a notebook of the project; no kernel was asked for anything."""
    write_notebook(project / "train.ipynb")
    opened = open_page(lab, f"lab/tree/{project.name}/train.ipynb")
    opened.wait_for_selector(".jp-Notebook")
    show_panel(opened)
    yield opened
    assert [error for error in opened.errors if "nbtrail-labextension" in error] == []
