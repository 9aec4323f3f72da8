"""``%track`` and its verbs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nbtrail.entities.dataset import DatasetContext, Seen
from nbtrail.exceptions import NbtrailError, NotFoundError, UsageError
from nbtrail.store import operations
from nbtrail.tracking.activerun import ActiveRun
from nbtrail.tracking.client import active_run
from nbtrail.tracking.keep import keep, untracked
from nbtrail.ui import actions, verbs
from nbtrail.ui.arguments import (
    Parser,
    assignments,
    evaluate,
    parse_metric,
    parse_runs,
    parse_tags,
    words,
)
from nbtrail.ui.help import HELP
from nbtrail.ui.output import Shown, say, show_receipts

if TYPE_CHECKING:
    from nbtrail.ui.session import NotebookSession

__all__ = ["TrackMagic"]


class TrackMagic:
    """The line magic ``%track``; a mistake is one message, never an exception."""

    def __init__(self, session: NotebookSession) -> None:
        self._session = session
        self._verbs: dict[str, Callable[[str], Any]] = {
            "": self._status,
            "start": self._start,
            "end": self._end,
            "on": lambda _rest: self._automatic(on=True),
            "off": lambda _rest: self._automatic(on=False),
            "keep": self._keep,
            "metric": self._metric,
            "param": self._param,
            "tag": self._tag,
            "note": self._note,
            "data": self._data,
            "model": self._model,
            "artifact": self._artifact,
            "runs": self._runs,
            "show": self._show,
            "compare": lambda rest: verbs.compare(*words(rest)),
            "why": self._why,
            "delete": lambda rest: self._trash(rest, actions.delete_run, "in the trash"),
            "restore": lambda rest: self._trash(rest, actions.restore_run, "back"),
            "promote": self._promote,
            "models": self._models,
            "export": self._export,
            "verify": self._verify,
            "retrain": self._retrain,
            "widget": self._widget,
            "config": self._config,
            "help": lambda _rest: print(HELP),  # noqa: T201
        }

    @property
    def verbs(self) -> tuple[str, ...]:
        """The verbs, for completion."""
        return tuple(v for v in self._verbs if v)

    def __call__(self, line: str) -> None:
        """Run one ``%track`` line."""
        verb, _, rest = line.strip().partition(" ")
        try:
            action = self._verbs.get(verb)
            if action is None:
                known = ", ".join(self.verbs)
                raise UsageError(f"%track {verb}: there is no such verb. Verbs: {known}.")
            result = action(rest.strip())
        except NbtrailError as error:
            say(error)
        except OSError as error:
            say(f"%track {verb} failed: {error}")
        else:
            if result is not None:
                from IPython.display import display

                display(result)  # type: ignore[no-untyped-call]

    # ------------------------------------------------------------ the open run

    def _start(self, rest: str) -> None:
        parser = Parser("%track start", "%track start [NAME] [-e EXPERIMENT] [-m METRIC:max]")
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("-e", "--experiment", default="")
        parser.add_argument("-m", "--metric", default="")
        found = parser.parse_args(words(rest))
        tracker = self._session.tracker
        key, direction = parse_metric(found.metric)
        run = tracker.start(found.name, experiment=found.experiment)
        if key and direction is not None:
            operation = operations.set_main_metric(run.snapshot().experiment.name, key, direction)
            tracker.store.submit(operation)
        print(f"Run {run.name} is open. End it with %track end.")  # noqa: T201

    def _end(self, rest: str) -> None:
        if rest:
            raise UsageError(f"%track end takes nothing behind it, but got {rest!r}.")
        run = self._run()
        if run is self._session.cell_run:
            raise UsageError("This cell is a run by %%track; it ends with the cell.")
        self._session.finish(run)

    def _automatic(self, *, on: bool) -> None:
        self._session.automatic = on
        told = "becomes a run by itself" if on else "is only kept in the history; see %track keep"
        print(f"From now on each training {told}.")  # noqa: T201

    def _keep(self, rest: str) -> None:
        texts = words(rest)
        counts = [text.strip("[]") for text in texts if text.strip("[]").isdecimal()]
        if len(counts) < len(texts):
            if counts:
                raise UsageError(
                    "%track keep takes either numbers of cells (the 3 of In [3]) or runs, "
                    f"but got {rest!r}."
                )
            for text in texts:
                try:
                    name = actions.keep_files(text)
                except NotFoundError as error:
                    raise UsageError(
                        "%track keep takes numbers of cells (the 3 of In [3]) or runs, and "
                        f"{text!r} is neither. {error}"
                    ) from None
                print(f"Run {name} keeps the files of its models.")  # noqa: T201
            return
        cells = {self._session.position_of(int(count)) for count in counts} if counts else None
        show_receipts(keep(self._session.tracker, cells), self._session.history)

    def _metric(self, rest: str) -> None:
        run = self._run()
        for key, expression in assignments(rest):
            value = evaluate(expression, self._session.shell.user_ns)
            metric = run.metric(key, value, expression)
            # what a tapped call of this cell has returned is there already, under its own name
            if not self._session.tracker.collector.claim(key, metric.last, metric.cell_seq):
                run.add_metric(metric)

    def _param(self, rest: str) -> None:
        run = self._run()
        for key, expression in assignments(rest):
            run.log_param(key, evaluate(expression, self._session.shell.user_ns))

    def _tag(self, rest: str) -> None:
        run = self._run()
        for key, expression in assignments(rest):
            try:
                run.set_tag(key, evaluate(expression, self._session.shell.user_ns))
            except UsageError:  # a tag may be a bare word
                run.set_tag(key, expression)

    def _note(self, rest: str) -> None:
        self._run().set_note(rest.strip().strip("\"'"))

    def _data(self, rest: str) -> None:
        value = evaluate(rest, self._session.shell.user_ns)
        name = rest if rest.isidentifier() else ""
        use = self._session.tracker.dataset(value, name, DatasetContext.SOURCE, Seen.LOGGED)
        self._run().add_datasets([use])

    def _model(self, rest: str) -> None:
        model = evaluate(rest, self._session.shell.user_ns)
        self._run().log_model(model, rest if rest.isidentifier() else type(model).__name__)

    def _artifact(self, rest: str) -> None:
        for path in words(rest):
            self._run().log_artifact(path)

    def _run(self) -> ActiveRun:
        run = active_run()
        if run is None:
            raise UsageError(
                "No run is open. Write %%track as the first line of this cell, "
                "or open one with %track start."
            )
        return run

    # ------------------------------------------------------------ stored runs

    def _status(self, _rest: str) -> None:
        tracker = self._session.tracker
        run = active_run()
        waiting = len(untracked(tracker))
        print(f"trail    {tracker.store.root}")  # noqa: T201
        print(f"run      {run.name if run else 'none open'}")  # noqa: T201
        print(f"history  {waiting} untracked fit(s)" + " (%track keep)" * bool(waiting))  # noqa: T201

    def _runs(self, rest: str) -> Shown[Any]:
        query, over, order = parse_runs(rest)
        reader = verbs.open_store().reader
        if over:
            from nbtrail.compare.replicates import replicate_groups
            from nbtrail.views.html import html_replicates
            from nbtrail.views.text import text_replicates

            groups = replicate_groups(reader.runs(query=query), over)
            return Shown(groups, html_replicates(groups), text_replicates(groups))
        from nbtrail.views.bundle import RUNS
        from nbtrail.views.contract import runs_page
        from nbtrail.views.runs import runs_table

        table = reader.runs(query=query, limit=50, order=order, count=False)
        return Shown.page(
            table, runs_table(table, filtered=bool(query)), (RUNS, [partial(runs_page, table)])
        )

    def _show(self, rest: str) -> Shown[Any]:
        parser = Parser(
            "%track show",
            "%track show RUN|NAME [--code [-o DIR] | --diff | --lineage] [--html FILE]",
        )
        parser.add_argument("run", nargs="?", default="last")
        parser.add_argument("--html", default="")
        parser.add_argument("--code", action="store_true")
        parser.add_argument("--diff", action="store_true")
        parser.add_argument("--lineage", action="store_true")
        parser.add_argument("-o", "--output", default="")
        found = parser.parse_args(words(rest))
        if found.output:
            self._restore(found.run, found.output, code=found.code)
        shown = verbs.show(found.run, code=found.code, diff=found.diff, lineage=found.lineage)
        if found.html:
            Path(found.html).write_text(shown._repr_html_(), encoding="utf-8")
        return shown

    def _restore(self, run: str, folder: str, *, code: bool) -> None:
        if not code:
            raise UsageError("%track show -o DIR writes the code of a run: add --code.")
        print(actions.restore_code(run, folder))  # noqa: T201

    def _why(self, rest: str) -> Shown[Any]:
        parser = Parser("%track why", "%track why RUN RUN")
        parser.add_argument("first")
        parser.add_argument("second")
        found = parser.parse_args(words(rest))
        return verbs.why(found.first, found.second)

    def _trash(self, rest: str, move: Callable[[str], int], where: str) -> None:
        runs = words(rest)
        if not runs:
            raise UsageError("%track delete and %track restore take one run or more.")
        for run in runs:
            count = move(run)
            below = f" with {count - 1} below it" if count > 1 else ""
            print(f"Run {run}{below} is {where}.")  # noqa: T201

    def _promote(self, rest: str) -> Shown[Any]:
        usage = (
            "%track promote RUN MODEL@ALIAS [--check] [--force] [--reason TEXT] [--model VARIABLE] "
            "[--min-metric X] [--max-drop X|X%] [--verdict required|known|off] [--max-overlap X%]"
        )
        parser = Parser("%track promote", usage)
        parser.add_argument("run")
        parser.add_argument("target")
        parser.add_argument("--model", default="")
        parser.add_argument("--check", action="store_true")
        parser.add_argument("--force", action="store_true")
        parser.add_argument("--reason", default="")
        for rule in ("min-metric", "max-drop", "verdict", "max-overlap"):
            parser.add_argument(f"--{rule}")
        asked = vars(parser.parse_args(words(rest)))
        run, target, check = (asked.pop(name) for name in ("run", "target", "check"))
        if check:
            asked.pop("force")
            asked.pop("reason")
            return actions.check_gates(run, target, **asked)
        return actions.promote(run, target, **asked)

    def _models(self, rest: str) -> Shown[Any] | None:
        usage = (
            "%track models [NAME] | MODEL@ALIAS --rollback [--reason TEXT] | MODEL --card | "
            "MODEL --describe TEXT | MODEL --tag KEY=VALUE.."
        )
        parser = Parser("%track models", usage)
        parser.add_argument("name", nargs="?", default="")
        parser.add_argument("--rollback", action="store_true")
        parser.add_argument("--reason", default="")
        parser.add_argument("--card", action="store_true")
        parser.add_argument("--describe")
        parser.add_argument("--tag", nargs="+", default=[])
        found = parser.parse_args(words(rest))
        name, _, alias = found.name.partition("@")
        if found.rollback:
            version = actions.rollback(name, alias or "champion", reason=found.reason)
            print(f"{name}@{alias or 'champion'} is version {version.version} again.")  # noqa: T201
            return None
        if found.card:
            from IPython.display import Markdown, display

            display(Markdown(actions.model_card(found.name)))  # type: ignore[no-untyped-call]
            return None
        if found.describe is not None:
            actions.describe_model(name, found.describe)
        if found.tag:
            actions.set_model_tags(found.name, parse_tags(found.tag))
        return verbs.models(name.partition("/")[0])

    def _export(self, rest: str) -> Shown[Any]:
        parser = Parser("%track export", "%track export RUN -o DIR [--overwrite]")
        parser.add_argument("run")
        parser.add_argument("-o", "--output", required=True)
        parser.add_argument("--overwrite", action="store_true")
        found = parser.parse_args(words(rest))
        return actions.export(found.run, found.output, overwrite=found.overwrite)

    def _verify(self, rest: str) -> Shown[Any]:
        parser = Parser("%track verify", "%track verify DIR [--isolated]")
        parser.add_argument("folder")
        parser.add_argument("--isolated", action="store_true")
        found = parser.parse_args(words(rest))
        return actions.verify(found.folder, isolated=found.isolated)

    def _retrain(self, rest: str) -> Shown[Any]:
        from nbtrail.pipeline.choices import parse_values

        parser = Parser("%track retrain", "%track retrain DIR [-p NAME=VALUE]..")
        parser.add_argument("folder")
        parser.add_argument("-p", "--param", action="append", default=[])
        found = parser.parse_args(words(rest))
        return actions.retrain(found.folder, parse_values(found.param))

    def _widget(self, rest: str) -> Any:
        from nbtrail import widgets

        kind, *given = words(rest) or [""]
        forms: dict[str, Callable[..., Any]] = {
            "compare": widgets.compare,
            "promote": widgets.promote,
            "export": widgets.export,
            "live": widgets.live,
        }
        most = {"compare": 100, "promote": 2, "export": 2, "live": 0}
        if kind not in forms or len(given) > most[kind]:
            raise UsageError(
                "Usage: %track widget compare [RUN..] | promote [RUN [MODEL@ALIAS]] | "
                f"export [RUN [DIR]] | live, but got {rest!r}."
            )
        return forms[kind](*given)

    def _config(self, _rest: str) -> None:
        for setting in self._session.tracker.settings.items():
            print(f"{setting.name:18} {setting.value:<8} {setting.origin}")  # noqa: T201
