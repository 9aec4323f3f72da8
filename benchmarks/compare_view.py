"""How fast the compare view is: what the server takes to answer, and a browser to draw.

Beside the server's figures stands reading the same histories and doing nothing with them. The
browser's part runs a real JupyterLab in Chromium, with software drawing where there is no GPU;
it needs the built front end and the test extra, and is left out with --no-browser.

Usage: python benchmarks/compare_view.py [--runs 100] [--points 10000] [--no-browser]
"""

from __future__ import annotations

import argparse
import json
import math
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing, contextmanager
from pathlib import Path

from nbtrail.entities.identity import new_id
from nbtrail.entities.run import Experiment, Metric, MetricPoint, Param, Run, RunStatus
from nbtrail.store import operations
from nbtrail.store.store import Store
from nbtrail.tracking.gathering import Gathering
from nbtrail.views.contract_compare import (
    comparison_document,
    packed_curves,
    statistics_document,
)

ROOT = Path(__file__).resolve().parents[1]
BORN = 1_790_000_000_000
KEYS = 40  # params of a run, and as many metrics
SHOWN = 400  # points of each curve that the view asks for
REPEAT = 5
DRAWN = """async ([ids, notebook]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const begun = performance.now();
  const arguments_ = { ids, notebook, part: 'curves' };
  const tab = await window.jupyterapp.commands.execute('nbtrail:compare', arguments_);
  const canvas = () => tab.node.querySelector('.nbt-canvas canvas');
  while (!canvas()) await frame();
  await frame();
  const drawn = performance.now();
  const answers = performance.getEntriesByType('resource').filter(
    one => one.name.includes('compare/curves')
  );
  performance.clearResourceTimings();
  tab.close();
  return [drawn - begun, drawn - answers.at(-1).responseEnd];
}"""
SCROLLED = """async ([ids, notebook]) => {
  const frame = () => new Promise(requestAnimationFrame);
  const arguments_ = { ids, notebook, part: 'table' };
  const tab = await window.jupyterapp.commands.execute('nbtrail:compare', arguments_);
  const grid = () => tab.node.querySelector('.nbt-grid');
  while (!grid()?.querySelector('.nbt-grid-cell')) await frame();
  const frames = async step => {
    const times = [];
    let before = await frame();
    for (let i = 0; i < 90; i++) {
      grid().scrollTop += 0.4 * step;
      grid().scrollLeft += step;
      const now = await frame();
      times.push(now - before);
      before = now;
    }
    return times.sort((a, b) => a - b);
  };
  const times = [await frames(0), await frames(60)];
  tab.close();
  return times;
}"""


def fill(store: Store, runs: int, points: int) -> list[str]:
    """Write runs with a long history each; return their ids."""
    chance = random.Random(0)
    ids = []
    for number in range(runs):
        params = tuple(Param(f"p{k:02}", str(chance.randrange(9))) for k in range(KEYS))
        values = [chance.random() for _ in range(KEYS)]
        metrics = tuple(Metric(f"m{k:02}", v, v, v) for k, v in enumerate(values))
        run = Run(
            new_id(), f"run-{number:03}", Experiment("wide"), RunStatus.FINISHED, BORN + number,
            ended_ms=BORN + number + 1000, params=params, metrics=metrics,
        )  # fmt: skip
        store.call(operations.start_run(run))
        noise = [0.05 * chance.random() for _ in range(points)]
        history = [
            MetricPoint("loss", math.exp(-i * 5 / points) + noise[i], i, BORN + i)
            for i in range(points)
        ]
        store.submit(operations.log_metrics(run.run_id, history))
        ids.append(run.run_id)
    store.flush(120)
    return ids


def median_ms(work: Callable[[], object]) -> float:
    """Return the median time of some work in milliseconds."""
    times = []
    for _ in range(REPEAT):
        begun = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begun))
    return statistics.median(times)


def measure_server(store: Store, ids: list[str]) -> None:
    """Print what each route takes, without the network."""
    reader = store.reader

    def compared() -> str:
        return json.dumps(comparison_document(Gathering(reader, ids).comparison()))

    def said() -> str:
        gathering = Gathering(reader, ids)
        found = gathering.statistics(gathering.comparison(code=False))
        return json.dumps(statistics_document(found))

    def packed() -> bytes:
        return packed_curves(Gathering(reader, ids).curves(["loss"], SHOWN), "step")

    read = median_ms(lambda: [reader.series(run_id, "loss") for run_id in ids])
    curves = median_ms(packed)
    print(f"comparison       {median_ms(compared):8.0f} ms  {len(compared()) / 1e3:8.0f} kB")
    print(f"statistics       {median_ms(said):8.0f} ms  {len(said()) / 1e3:8.0f} kB")
    print(
        f"curves           {curves:8.0f} ms  {len(packed()) / 1e3:8.0f} kB"
        f"  reading alone {read:.0f} ms ({curves / read:.1f} x)"
    )


def measure_browser(home: Path, fill_it: Callable[[Path], list[str]]) -> None:
    """Print what a JupyterLab takes from the command to the drawn curves, and to scroll."""
    sys.path.insert(0, str(ROOT))
    from playwright.sync_api import sync_playwright
    from tests.ui.conftest import launch, serve

    with contextmanager(serve)(home, "lab") as lab, sync_playwright() as playwright:
        project = lab.root / "project"
        (project / ".git").mkdir(parents=True)
        ids = fill_it(project)
        with closing(launch(playwright)) as browser:
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(f"{lab.url}lab?token={lab.token}&reset")
            page.wait_for_function(
                "() => window.jupyterapp?.commands.hasCommand('nbtrail:compare')"
            )
            page.wait_for_selector("#jupyterlab-splash", state="detached")
            asked = [ids, "project/any.ipynb"]
            drawn = [page.evaluate(DRAWN, asked) for _ in range(REPEAT)]
            idle, scrolled = page.evaluate(SCROLLED, asked)
    whole, drawing = zip(*drawn[1:], strict=True)
    print(
        f"command to drawn {statistics.median(whole):8.0f} ms  the first time {drawn[0][0]:.0f} ms"
    )
    print(f"answer to drawn  {statistics.median(drawing):8.0f} ms")
    print(
        f"scrolled frame   {statistics.median(scrolled):8.1f} ms  95 % below "
        f"{scrolled[85]:.1f} ms; standing still {statistics.median(idle):.1f} and {idle[85]:.1f} ms"
    )


def main() -> None:
    """Measure what was asked for; see the module."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    print(f"{asked.runs} runs, {asked.points} points of one metric and {2 * KEYS} keys each")

    def fill_it(project: Path) -> list[str]:
        with closing(Store.open(project / ".nbtrail", create=True)) as store:
            ids = fill(store, asked.runs, asked.points)
            measure_server(store, ids)
            return ids

    with tempfile.TemporaryDirectory() as folder:
        if asked.no_browser:
            fill_it(Path(folder))
        else:
            measure_browser(Path(folder), fill_it)


if __name__ == "__main__":
    main()
