"""How fast the panel in JupyterLab is, in a real browser, with many runs.

A JupyterLab and a headless Chromium are started as the browser tests start them, with the
extension that is installed. The trail has `--runs` runs in ten experiments.

Usage: python benchmarks/panel_speed.py [--runs 100000] [--repeat 5]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from tests.ui.conftest import Lab, launch, serve
from tests.ui.steps import KERNEL_IS_READY, write_notebook

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Metric, Param, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store

_BORN = 1_790_000_000_000
_NOTEBOOK = "project/train.ipynb"
_NAME = "nbtrail-labextension"
_FRAMES = 200

RESTORED = "() => window.jupyterapp.restored.then(() => performance.now())"
# from the click until the rows are on the screen: the frame after the one that has them
PAINTED = """() => new Promise(done => {
  const begun = performance.now();
  window.jupyterapp.commands.execute('nbtrail:show-runs');
  const look = () => document.querySelector('.nbt-run[data-run]')
    ? requestAnimationFrame(() => done(performance.now() - begun))
    : requestAnimationFrame(look);
  look();
})"""
SCROLLED = """([frames, step]) => new Promise(done => {
  const list = document.querySelector('.nbt-list');
  const times = [];
  let last = performance.now();
  list.scrollTop = 0;
  const frame = now => {
    times.push(now - last);
    last = now;
    list.scrollTop += step;
    times.length < frames ? requestAnimationFrame(frame) : done(times.slice(2));
  };
  requestAnimationFrame(frame);
})"""
SEEN = """name => {
  window.nbtrailSeen = new Promise(done => {
    const look = () => document.querySelector('.nbt-list')?.textContent.includes(name)
      ? requestAnimationFrame(() => done(Date.now()))
      : requestAnimationFrame(look);
    look();
  });
}"""
LOADED = """name => performance.getEntriesByType('resource')
  .filter(entry => entry.name.includes(`/${name}/static/`))
  .reduce((sum, entry) => sum + entry.decodedBodySize, 0)"""
KNOWN = "() => window.jupyterapp.commands.hasCommand('nbtrail:show-runs')"
ASKED = """() => performance.getEntriesByType('resource')
  .filter(entry => entry.name.includes('/nbtrail/api/')).length"""
IMPORT = "import jupyter_server.serverapp, time; t = time.process_time(); import {}; \
print(time.process_time() - t)"


def make_run(number: int, name: str = "") -> Run:
    """Return a finished run with params and metrics."""
    chance = random.Random(number)
    metrics = {"accuracy": chance.random(), "roc_auc": chance.random(), "log_loss": chance.random()}
    return Run(
        run_id=new_id(),
        name=name or f"run-{number}",
        experiment=Experiment(f"experiment-{number % 10}"),
        status=RunStatus.FINISHED,
        started_ms=_BORN + number * 1000,
        ended_ms=_BORN + number * 1000 + 500,
        source="train.ipynb",
        params=tuple(Param(f"p{n}", repr(chance.random())) for n in range(5)),
        metrics=tuple(Metric(key, value, value, value) for key, value in metrics.items()),
    )


def fill(store: Store, count: int) -> None:
    """Write many runs."""
    for number in range(count):
        store.submit(operations.start_run(make_run(number)))
        if number % 1000 == 999:
            store.flush(60)
    assert store.flush(600)


def answers(lab: Lab, repeat: int) -> None:
    """Ask the server for what the panel asks first, and for other pages."""
    where = f"notebook={_NOTEBOOK}"
    group = f"{where}&by=experiment&group=experiment-3&limit=100&count=0"
    for what, path in {
        "status": f"status?{where}",
        "groups": f"groups?{where}&by=experiment",
        "first page of a group": f"runs?{group}",
        "page deep in a group": f"runs?{group}&offset=5000",
        "first page, newest": f"runs?{where}&limit=100&count=0",
        "first page, best": f"runs?{where}&limit=100&count=0&order=main",
        "first page, best of a group": f"runs?{group}&order=main",
    }.items():
        times = [timed(lambda asked=path: lab.ask(f"nbtrail/api/{asked}")) for _ in range(repeat)]
        show(f"server: {what}", times)


def timed(work: Callable[[], object]) -> float:
    """Return how many milliseconds some work took."""
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1e3


@contextlib.contextmanager
def opened(browser: Browser, lab: Lab) -> Iterator[Page]:
    """Open JupyterLab with the notebook, without what the browser kept; panel closed."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    try:
        page = context.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"{lab.url}lab/tree/{_NOTEBOOK}?token={lab.token}&reset")
        page.wait_for_function("() => window.jupyterapp")
        yield page
    finally:
        context.close()


def settle(page: Page) -> None:
    """Wait until JupyterLab is at rest, as it is when somebody opens the panel."""
    page.wait_for_function(KERNEL_IS_READY)
    page.wait_for_timeout(2000)


def start_up(browser: Browser, lab: Lab, settings: Path, repeat: int) -> None:
    """Load JupyterLab in turn with the extension and with it disabled; the panel stays closed."""
    switch = settings / "labconfig" / "page_config.json"
    switch.parent.mkdir(parents=True, exist_ok=True)
    times: dict[bool, list[float]] = {True: [], False: []}
    loaded = asked = 0
    for number in range(2 * repeat + 2):
        on = number % 2 == 0
        switch.write_text(json.dumps({"disabledExtensions": {_NAME: not on}}))
        with opened(browser, lab) as page:
            restored = page.evaluate(RESTORED)
            if number > 1:  # the first of each finds nothing in the server's caches
                times[on].append(restored)
            if on:
                page.wait_for_timeout(1000)
                loaded, asked = page.evaluate(LOADED, _NAME), page.evaluate(ASKED)
            else:
                assert not page.evaluate(KNOWN)
    switch.unlink()
    show("JupyterLab restored, nbtrail disabled", times[False])
    show("JupyterLab restored, nbtrail enabled", times[True])
    added = statistics.median(a - b for a, b in zip(times[True], times[False], strict=True))
    print(f"  {'  added, median of the pairs':44} {added:10.1f} ms")
    print(f"  {'  loaded with the panel closed':44} {loaded / 1000:10.1f} kB, {asked} questions")


def imports(repeat: int) -> None:
    """Import the server's part into a process that has jupyter_server."""
    command = [sys.executable, "-c", IMPORT.format("nbtrail.server.extension")]
    found = [
        float(subprocess.run(command, check=True, capture_output=True).stdout) * 1e3
        for _ in range(repeat)
    ]
    show("server: import beside jupyter_server (CPU)", found)


def first_page(browser: Browser, lab: Lab, repeat: int) -> None:
    """Open the panel in fresh pages."""
    times, loaded = [], 0
    for _ in range(repeat):
        with opened(browser, lab) as page:
            settle(page)
            times.append(page.evaluate(PAINTED))
            loaded = page.evaluate(LOADED, _NAME)
    show("panel: click until rows are painted", times)
    print(f"  {'  loaded with the panel open':44} {loaded / 1000:10.1f} kB")


def scrolling(page: Page, repeat: int) -> None:
    """Scroll through the list, slowly and by pages."""
    for what, step in (("scrolling by a row", 24), ("scrolling by 2,000 rows", 48_000)):
        frames: list[float] = []
        for _ in range(repeat):
            frames += page.evaluate(SCROLLED, [_FRAMES, step])
        frames.sort()
        p95 = frames[len(frames) * 95 // 100]
        print(
            f"  {'frame, ' + what:44} {statistics.median(frames):10.1f} ms, 95 % {p95:.1f}, "
            f"longest {frames[-1]:.1f}"
        )


def live(page: Page, store: Store, repeat: int) -> None:
    """Commit runs one by one and wait until each can be seen."""
    times = []
    for number in range(repeat):
        page.evaluate("() => { document.querySelector('.nbt-list').scrollTop = 0; }")
        page.wait_for_timeout(1500)
        name = f"live-{number}"
        page.evaluate(SEEN, name)
        # newer than all: its group and its row stand first
        store.call(operations.start_run(make_run(10_000_000 + number * 10, name)))
        committed = time.time() * 1e3
        times.append(page.evaluate("() => window.nbtrailSeen") - committed)
    show("commit until the row is painted", times)


def show(what: str, times: list[float], unit: str = "ms") -> None:
    """Print the median of some times, and the shortest and longest."""
    print(
        f"  {what:44} {statistics.median(times):10.1f} {unit}, "
        f"{min(times):.1f} to {max(times):.1f}, {len(times)} times",
        flush=True,
    )


def bundles() -> None:
    """Print what the front end weighs on the disk, file by file."""
    import gzip

    import nbtrail

    files = (Path(nbtrail.__file__).parent / "labextension" / "static").glob("*.js")
    for path in sorted(files, key=lambda one: -one.stat().st_size):
        data = path.read_bytes()
        packed = len(gzip.compress(data)) / 1000
        print(f"  {'bundle ' + path.name:44} {len(data) / 1000:10.1f} kB, {packed:.1f} gzipped")


def main() -> None:
    """Measure everything in a fresh folder."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    options: Any = parser.parse_args()
    bundles()
    imports(options.repeat)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        home = Path(name)
        lab = stack.enter_context(contextlib.contextmanager(serve)(home, "lab"))
        project = lab.root / "project"
        (project / ".git").mkdir(parents=True)
        write_notebook(project / "train.ipynb")
        store = stack.enter_context(
            contextlib.closing(Store.open(project / ".nbtrail", create=True))
        )
        fill(store, options.runs)
        answers(lab, options.repeat)
        browser = launch(stack.enter_context(sync_playwright()))
        stack.callback(browser.close)
        start_up(browser, lab, home / "config", options.repeat)
        first_page(browser, lab, options.repeat)
        with opened(browser, lab) as page:
            settle(page)
            page.evaluate(PAINTED)
            live(page, store, options.repeat)
            scrolling(page, options.repeat)


if __name__ == "__main__":
    main()
