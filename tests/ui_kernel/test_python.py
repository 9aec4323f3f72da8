"""start_run, the log functions and @track."""

from __future__ import annotations

import asyncio
import os
import threading
import time

import pytest

import nbtrail
import nbtrail.exceptions
from nbtrail.entities.run import RunStatus


def test_runs_in_a_loop(notebook):
    notebook.run(
        "import nbtrail\n"
        "for c in (0.1, 1.0):\n"
        "    with nbtrail.start_run(f'c{c}'):\n"
        "        LogisticRegression(C=c, max_iter=300).fit(X_train, y_train).score(X_test, y_test)\n"
    )
    assert notebook.named("c0.1").param("C").value == "0.1"
    assert notebook.named("c1.0").metric("accuracy").last > 0.5
    frame = nbtrail.runs()
    assert set(frame["name"]) == {"c0.1", "c1.0"}
    assert frame["params.C"].tolist() == [1.0, 0.1]


def test_an_exception_in_the_block_fails_the_run_and_goes_on(notebook):
    notebook.run(
        "import nbtrail\nwith nbtrail.start_run('boom'):\n    raise ValueError('mine')", ok=False
    )
    run = notebook.named("boom")
    assert (run.status, run.reason) == (RunStatus.FAILED, "ValueError: mine")


def test_everything_can_be_logged(notebook, project):
    (project / "a.txt").write_text("hello")
    with nbtrail.start_run("all", tags={"k": "v"}) as run:
        nbtrail.log_param("p", 1)
        nbtrail.log_params({"q": "x"})
        for step in range(3):
            nbtrail.log_metric("loss", 1.0 / (step + 1))
        nbtrail.log_metrics({"a": 1, "b": float("nan")}, step=7)
        nbtrail.set_tags({"t": 1})
        nbtrail.set_note("hi")
        nbtrail.log_input([1.0, 2.0], name="numbers")
        nbtrail.log_artifact("a.txt", "texts")
        nbtrail.log_dict({"x": 1}, "d.json")
        assert nbtrail.active_run() is run
    found = notebook.named("all")
    assert {p.key for p in found.params} == {"p", "q"}
    assert (found.metric("loss").count, found.metric("loss").minimum) == (3, 1 / 3)
    assert found.metric("a").last_step == 7
    assert found.metric("b").last != found.metric("b").last
    assert (found.tags, found.note) == ({"k": "v", "t": "1"}, "hi")
    assert {a.path for a in found.artifacts} == {"texts/a.txt", "d.json"}
    assert found.datasets[0].name == "numbers"
    points = notebook.store.reader.history(found.run_id, "loss")
    assert [p.value for p in points] == [1.0, 0.5, 1 / 3]


def test_resume_and_nest(notebook):
    with nbtrail.start_run("outer") as outer, nbtrail.start_run("inner", nested=True):
        nbtrail.log_metric("m", 1)
    assert notebook.named("inner").parent_run_id == outer.run_id
    with nbtrail.start_run(run_id="outer"):
        nbtrail.log_metric("later", 2)
    run = notebook.named("outer")
    assert run.metric("later").last == 2
    assert run.status is RunStatus.FINISHED


@pytest.mark.filterwarnings("ignore::nbtrail.capture.guard.NbtrailWarning")
def test_logging_never_raises(notebook):
    nbtrail.log_metric("nobody", 1)
    with nbtrail.start_run("hard"):
        nbtrail.log_metric("text", "abc")
        nbtrail.log_artifact("not/there.txt")
        nbtrail.log_input(object())
        nbtrail.log_param("", 1)
    assert notebook.named("hard").status is RunStatus.FINISHED


def test_a_run_that_is_not_there_is_told(notebook):
    notebook.run("%%track\nx = 1")
    with pytest.raises(nbtrail.exceptions.NotFoundError, match="nosuchrun"):
        nbtrail.get_run("nosuchrun")


def test_the_decorator_tracks_calls(notebook):
    notebook.run(
        "from nbtrail import track\n"
        "@track(experiment='deco')\n"
        "def train(data, C, kind='lr'):\n"
        "    '''doc'''\n"
        "    m = LogisticRegression(C=C, max_iter=300).fit(data, y_train)\n"
        "    return {'score': m.score(X_test, y_test), 'model': m}\n"
        "out = train(X_train, 0.3)"
    )
    run = notebook.last()
    assert run.experiment.name == "deco"
    assert run.metric("score").last == notebook.shell.user_ns["out"]["score"]
    assert run.param("C").value == "0.3"
    assert run.param("kind").is_default
    assert {"data", "y_train"} <= {d.name for d in run.datasets}
    assert len(run.models) == 1
    assert notebook.shell.user_ns["train"].__doc__ == "doc"


def test_the_decorator_on_async_generator_and_raising_functions(notebook):
    @nbtrail.track(name="async")
    async def later(x):
        await asyncio.sleep(0)
        return x / 2

    @nbtrail.track(name="gen")
    def many(n):
        yield from range(n)
        return {"n": n}

    @nbtrail.track(name="bad")
    def bad(why):
        raise OSError(why)

    assert asyncio.run(later(3)) == 1.5
    assert list(many(3)) == [0, 1, 2]
    with pytest.raises(OSError, match="because"):
        bad("because")
    assert notebook.named("async").metric("later").last == 1.5
    assert notebook.named("gen").metric("n").last == 3
    run = notebook.named("bad")
    assert (run.status, run.reason) == (RunStatus.FAILED, "OSError: because")
    assert run.param("why").value == "'because'"


def test_an_async_generator_behaves_as_without_us(notebook):
    @nbtrail.track(name="stream")
    async def stream():
        got = []
        try:
            while True:
                try:
                    got.append((yield len(got)))
                except KeyError:
                    got.append("caught")
        finally:
            closed.append(got)

    closed = []

    async def use():
        source = stream()
        seen = [await source.asend(None), await source.asend("a")]
        seen.append(await source.athrow(KeyError("x")))
        await source.aclose()
        return seen

    assert asyncio.run(use()) == [0, 1, 2]
    assert closed == [["a", "caught"]]
    assert notebook.named("stream").status is RunStatus.FINISHED


def test_a_recursive_function_is_one_run(notebook):
    @nbtrail.track
    def factorial(n):
        return 1 if n < 2 else n * factorial(n - 1)

    assert factorial(5) == 120
    assert notebook.count() == 1
    assert notebook.last().metric("factorial").last == 120.0
    assert notebook.last().param("n").value == "5"


def test_methods_of_all_kinds_are_tracked(notebook):
    class Trainer:
        def __init__(self, rate):
            self.rate = rate

        @nbtrail.track(name="method")
        def go(self, n):
            return self.rate * n

        @nbtrail.track(name="static")
        @staticmethod
        def fixed(n):
            return float(n)

        @classmethod
        @nbtrail.track(name="class")
        def of(cls, n):
            return n + 0.5

    assert (Trainer(2).go(3), Trainer.fixed(4), Trainer.of(1)) == (6, 4.0, 1.5)
    for name, value in (("method", 6.0), ("static", 4.0), ("class", 1.5)):
        run = notebook.named(name)
        assert [p.key for p in run.params] == ["n"]
        assert run.metrics[0].last == value


def test_a_class_can_not_be_decorated():
    with pytest.raises(nbtrail.exceptions.UsageError, match="Track the method"):

        @nbtrail.track
        class Trainer:
            pass


def test_a_decorated_function_of_a_module_follows_autoreload(notebook, project, monkeypatch):
    monkeypatch.syspath_prepend(project)
    module = project / "steps_of_mine.py"
    module.write_text("from nbtrail import track\n@track(name='v1')\ndef go(n):\n    return n\n")
    notebook.run("%load_ext autoreload\n%autoreload 2\nfrom steps_of_mine import go\nout = go(1)")
    module.write_text(
        "from nbtrail import track\n@track(name='v2')\ndef go(n, k=2):\n    return n * 10 * k\n"
    )
    os.utime(module, (time.time() + 10, time.time() + 10))
    notebook.run("out = go(1)")
    assert notebook.shell.user_ns["out"] == 20
    assert notebook.named("v1").metric("go").last == 1.0
    assert notebook.named("v2").param("k").value == "2"
    notebook.run("%autoreload 0")


def test_a_folder_is_kept_without_the_trail_in_it(notebook, project):
    with nbtrail.start_run("whole"):
        nbtrail.log_artifact(".")
    kept = {artifact.path for artifact in notebook.named("whole").artifacts}
    assert "README.md" in kept
    assert not any(".nbtrail" in path for path in kept)


def test_runs_in_threads_do_not_mix(notebook):
    def work(n):
        with nbtrail.start_run(f"thread-{n}"):
            for step in range(20):
                nbtrail.log_metric("m", n * 100 + step)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n in range(4):
        metric = notebook.named(f"thread-{n}").metric("m")
        assert (metric.count, metric.minimum, metric.maximum) == (20, n * 100, n * 100 + 19)


def test_runs_in_tasks_do_not_mix(notebook):
    async def part(n):
        nbtrail.log_metric("part", n)

    async def work(n):
        with nbtrail.start_run(f"task-{n}", nested=True):
            for step in range(3):
                await asyncio.sleep(0)
                nbtrail.log_metric("value", n, step)
            await asyncio.gather(part(n), asyncio.to_thread(nbtrail.log_metric, "thread", n))

    async def every():
        with nbtrail.start_run("above"):
            await asyncio.gather(*(work(n) for n in range(4)))
            nbtrail.log_metric("after", 9)

    asyncio.run(every())
    above = notebook.named("above")
    assert {m.key for m in above.metrics} == {"after"}
    for n in range(4):
        run = notebook.named(f"task-{n}")
        assert run.parent_run_id == above.run_id
        assert {m.key: (m.minimum, m.last) for m in run.metrics} == dict.fromkeys(
            ("value", "part", "thread"), (n, n)
        )


def test_a_task_in_the_background_keeps_its_run_to_itself(notebook):
    async def every():
        entered, end = asyncio.Event(), asyncio.Event()

        async def background():
            with nbtrail.start_run("background"):
                entered.set()
                await end.wait()

        task = asyncio.create_task(background())
        await entered.wait()
        nbtrail.log_metric("mine", 1)
        end.set()
        await task

    with nbtrail.start_run("front"):
        asyncio.run(every())
        nbtrail.log_metric("later", 2)
    assert {m.key for m in notebook.named("front").metrics} == {"mine", "later"}
    assert notebook.named("background").metrics == ()


def test_late_corrections_are_allowed_and_noted(notebook):
    with nbtrail.start_run("fixed") as run:
        nbtrail.log_param("rate", 1)
        nbtrail.log_metric("loss", 0.5, step=0)
        nbtrail.log_metric("loss", 0.25, step=1)
    run.log_param("rate", 2)
    run.log_param("rate", 2)
    run.log_metric("loss", 0.3)
    with nbtrail.start_run(run_id="fixed"):
        nbtrail.log_metric("loss", 0.4, step=2)
        nbtrail.log_metric("acc", 0.9)
    found = notebook.named("fixed")
    assert found.param("rate").value == "2"
    assert found.metric("loss").last == 0.4
    changes = [(a.kind, a.key, a.before, a.after) for a in found.amendments]
    assert changes == [
        ("param", "rate", "1", "2"),
        ("metric", "loss", "0.25", "0.3"),
        ("metric", "loss", "0.3", "0.4"),
    ]
    assert all(a.at_ms > 0 and a.user == found.user for a in found.amendments)


def test_an_open_run_is_not_opened_twice(notebook):
    with (
        nbtrail.start_run("busy"),
        pytest.raises(nbtrail.exceptions.UsageError, match="still open"),
    ):
        nbtrail.start_run(run_id="busy")


def test_a_run_tells_what_it_took_and_where_it_was_open(notebook):
    notebook.run("%track start spanning")
    notebook.run("total = sum(i * i for i in range(300_000))")
    notebook.run("%track end")
    run = notebook.named("spanning")
    assert run.resources.wall_s >= run.resources.cpu_s / 4 > 0
    assert run.resources.peak_memory > 10 << 20
    (span,) = run.spans
    assert span.last_cell - span.first_cell == 2


def test_nested_calls_are_children(notebook):
    @nbtrail.track(name="in")
    def inner():
        return 1.0

    @nbtrail.track(name="out")
    def outer():
        return inner()

    outer()
    assert notebook.named("in").parent_run_id == notebook.named("out").run_id


def test_a_fit_in_a_resumed_run_leaves_a_trace_of_what_it_replaced(notebook):
    notebook.run("%%track one\nm = LogisticRegression(C=1.5, max_iter=300).fit(X_train, y_train)")
    with nbtrail.start_run(run_id="one"):
        notebook.run("m2 = LogisticRegression(C=9.0, max_iter=300).fit(X_train, y_train)")
    run = notebook.named("one")
    assert run.param("C").value == "9.0"
    assert ("C", "1.5", "9.0") in [(a.key, a.before, a.after) for a in run.amendments]
    assert len(run.spans) == 2
