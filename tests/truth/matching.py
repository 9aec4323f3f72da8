"""Hold what was recorded against a truth list: one check per stated fact."""

import ast
import math
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import PurePosixPath
from typing import Any

from scipy.optimize import linear_sum_assignment

# What the classes of checks are called in the table of totals, in its order.
KINDS = (
    "fits",
    "models",
    "parents",
    "false runs",
    "params",
    "search children",
    "datasets",
    "files",
    "metrics attached",
    "metrics nowhere else",
    "roles",
)
IMPOSSIBLE = 1e6


@dataclass(frozen=True)
class Check:
    """One stated fact, and what is wrong about it (nothing when empty)."""

    kind: str
    what: str
    miss: str = ""


def compare(truth: dict[str, Any], outcome: dict[str, Any]) -> list[Check]:
    """Return all checks of a notebook."""
    return _Comparison(truth, outcome).checks()


class _Comparison:
    def __init__(self, truth: dict[str, Any], outcome: dict[str, Any]) -> None:
        self.truth = truth
        self.values = outcome["values"]
        self.runs = {run["run_id"]: run for run in outcome["recorded"]}
        self.groups = {group["id"]: group for group in truth.get("groups", ())}
        self.found: dict[str, dict[str, Any]] = {}  # by the id of the truth list
        self.explained: set[str] = set()  # ids of recorded runs that should be there

    def checks(self) -> list[Check]:
        self._assign_fits()
        self._assign_groups()
        checks = [*self._fits(), *self._parents()]
        for entry in self.truth["runs"]:
            checks += self._model(entry)
            checks += self._params(entry)
            checks += self._search(entry)
            checks += self._datasets(entry)
            checks += self._files(entry)
        for number, entry in enumerate(self.truth["metrics"]):
            checks += self._metric(number, entry)
        checks += self._absent()
        checks += self._false_runs()
        return checks

    # -------------------------------------------------------------- which run is which

    def _assign_fits(self) -> None:
        """Pair stated fits with recorded runs, so that as much as possible agrees.

        The class must agree; then params, names and, among equals, the order of execution decide.
        Metrics have no say: a metric on the wrong run must show as such.
        """
        entries = sorted(self.truth["runs"], key=self._place)
        runs = [r for r in self.runs.values() if _classes(r) and not self._is_candidate(r)]
        if not entries or not runs:
            return
        cost = [
            [self._cost(entry, i, run, j) for j, run in enumerate(runs)]
            for i, entry in enumerate(entries)
        ]
        for i, j in zip(*linear_sum_assignment(cost), strict=True):
            if cost[i][j] < IMPOSSIBLE:
                self.found[entries[i]["id"]] = runs[j]
                self.explained.add(runs[j]["run_id"])

    def _place(self, entry: dict[str, Any]) -> tuple[int, int]:
        order = self.truth.get("order") or []
        places = [i for i, cell in enumerate(order) if cell == entry["cell"]]
        place = places[entry.get("nth", 1) - 1] if places else self._cell_order(entry["cell"])
        return place, entry.get("rank", 0)

    def _cell_order(self, cell: str) -> int:
        # Truth lists without an order state their runs in the order of the cells.
        return [entry["cell"] for entry in self.truth["runs"]].index(cell)

    def _cost(self, entry: dict[str, Any], i: int, run: dict[str, Any], j: int) -> float:
        if not set(_several(entry["class"])) & _classes(run):
            return IMPOSSIBLE
        params = [_param_miss(run, key, value) == "" for key, value in entry["params"].items()]
        names = run["name"] == entry.get("name", run["name"])
        parent = self.runs.get(run["parent"] or "")
        group = self.groups.get(entry.get("group", ""), {})
        if "name" in group:
            names = names and parent is not None and parent["name"] == group["name"]
        shapes = [_dataset_miss(run, want) == "" for want in entry["datasets"]]
        return (
            -100 * sum(params) - 50 * names - 20 * (bool(group) == (parent is not None))
            - sum(shapes) + 0.01 * abs(i - j)
        )  # fmt: skip

    def _is_candidate(self, run: dict[str, Any]) -> bool:
        parent = self.runs.get(run["parent"] or "")
        return parent is not None and bool(_classes(parent)) and not run["models"]

    def _assign_groups(self) -> None:
        for group in self.groups.values():
            members = [e["id"] for e in self.truth["runs"] if e.get("group") == group["id"]]
            parents = {self.found[m]["parent"] for m in members if m in self.found} - {None}
            if not members:
                parents = {
                    run["run_id"] for run in self.runs.values() if run["name"] == group["name"]
                }
            if len(parents) == 1:
                run = self.runs[parents.pop()]
                self.found[group["id"]] = run
                self.explained.add(run["run_id"])

    # -------------------------------------------------------------- runs

    def _fits(self) -> list[Check]:
        return [
            Check(
                "fits",
                f"{entry['id']}: {_several(entry['class'])[0]} of cell {entry['cell']!r}",
                "" if entry["id"] in self.found else "no run holds this fit",
            )
            for entry in self.truth["runs"]
        ]

    def _parents(self) -> list[Check]:
        checks = []
        for group in self.groups.values():
            run = self.found.get(group["id"])
            members = [e["id"] for e in self.truth["runs"] if e.get("group") == group["id"]]
            what = f"{group['id']}: one run above the {len(members)} fits of its cell"
            if run is None:
                if not group.get("optional"):
                    checks.append(Check("parents", what, "there is no such run"))
                continue
            miss = ""
            if run["name"] != group.get("name", run["name"]):
                miss = f"it is called {run['name']!r}"
            children = [r for r in self.runs.values() if r["parent"] == run["run_id"]]
            if len(children) != len(members):
                miss = f"it has {len(children)} children"
            checks.append(Check("parents", what, miss))
        for entry in self.truth["runs"]:
            run = self.found.get(entry["id"])
            if run is None:
                continue
            what = f"{entry['id']}: name and place"
            miss = ""
            if run["name"] != entry.get("name", run["name"]):
                miss = f"the run is called {run['name']!r}, not {entry['name']!r}"
            if "group" not in entry and run["parent"]:
                miss = f"the run lies below {self.runs[run['parent']]['name']!r}"
            checks.append(Check("parents", what, miss))
        return checks

    def _false_runs(self) -> list[Check]:
        extra = [run for run_id, run in self.runs.items() if run_id not in self.explained]
        return [
            Check(
                "false runs",
                f"{run['name']}",
                f"nothing stated explains this run ({', '.join(_classes(run)) or 'no model'})",
            )
            for run in extra
        ]

    # -------------------------------------------------------------- what a run holds

    def _model(self, entry: dict[str, Any]) -> list[Check]:
        """Check the record of the model; its bytes may be left out, its variable unknown."""
        run, classes = self.found.get(entry["id"]), _several(entry["class"])
        records = [m for m in run["models"] if m["class"] in classes] if run else []
        if run is None:
            miss = "the fit has no run"
        elif not records:
            miss = "no record of the model"
        else:
            names = {m["variable"] for m in records}
            known = names & {"", *_several(entry["variable"])}
            miss = "" if known else f"its variable is recorded as {', '.join(sorted(names))}"
        return [Check("models", f"{entry['id']}: {classes[0]}", miss)]

    def _params(self, entry: dict[str, Any]) -> list[Check]:
        run = self.found.get(entry["id"])
        return [
            Check(
                "params",
                f"{entry['id']}: {key}={value!r}",
                _param_miss(run, key, value, marked=True) if run else "the fit has no run",
            )
            for key, value in entry["params"].items()
        ]

    def _search(self, entry: dict[str, Any]) -> list[Check]:
        if "search" not in entry:
            return []
        run, search = self.found.get(entry["id"]), entry["search"]
        stated = {k: self.values.get(f"search.{entry['id']}.{k}", v) for k, v in search.items()}
        who = entry["id"]
        checks = [Check("search children", f"{who}: {stated['candidates']} candidates")]
        if run is None:
            return [Check("search children", checks[0].what, "the search has no run")]
        children = [r for r in self.runs.values() if r["parent"] == run["run_id"]]
        self.explained |= {child["run_id"] for child in children[: stated["candidates"]]}
        miss = ""
        if len(children) != stated["candidates"]:
            miss = f"the run has {len(children)} children"
        elif any(child["models"] for child in children):
            miss = "a candidate has a model"
        checks = [Check("search children", checks[0].what, miss)]
        left = list(children)
        for params, score in zip(
            stated["candidate_params"], stated["candidate_scores"], strict=True
        ):
            fitting = [
                child
                for child in left
                if all(_any_param(child, key, value) for key, value in params.items())
            ]
            scored = [c for c in fitting if any(_has_value(m, score) for m in c["metrics"])]
            miss = (
                ""
                if scored
                else "no child has these params"
                if not fitting
                else "its score differs"
            )
            if scored:
                left.remove(scored[0])
            checks.append(
                Check("search children", f"{who}: candidate {params} scored {score:.6g}", miss)
            )
        for key, value in stated["best_params"].items():
            miss = "" if _best_param(run, key, value) else "not among the params of the search"
            checks.append(Check("search children", f"{who}: best {key}={value!r}", miss))
        best = [m["key"] for m in run["metrics"] if _has_value(m, stated["best_score"])]
        miss = "" if best else "not among the metrics of the search"
        for other in search.get("other_scorers", ()):
            if best and all(other in key for key in best):
                miss = f"named after another scorer: {', '.join(best)}"
        what = f"{who}: best score {stated['best_score']:.6g}"
        checks.append(Check("search children", what, miss))
        return checks

    def _datasets(self, entry: dict[str, Any]) -> list[Check]:
        run = self.found.get(entry["id"])
        return [
            Check(
                "datasets",
                f"{entry['id']}: {_dataset_text(want)}",
                _dataset_miss(run, want) if run else "the fit has no run",
            )
            for want in entry["datasets"]
        ]

    def _files(self, entry: dict[str, Any]) -> list[Check]:
        checks = []
        for pattern in entry.get("files", ()):
            run, sources = self.found.get(entry["id"]), []
            miss = "the fit has no run" if run is None else ""
            while run is not None:  # a file that the cell read stands with the run of the cell
                sources += [use["source"] or use["name"] for use in run["datasets"]]
                run = self.runs.get(run["parent"] or "")
            folder = str(PurePosixPath(pattern).parent)
            named = [
                s for s in sources if fnmatch(s, f"*{pattern}") or s.rstrip("/").endswith(folder)
            ]
            if not miss and not named:
                miss = "not listed as read"
            checks.append(Check("files", f"{entry['id']}: {pattern}", miss))
        return checks

    # -------------------------------------------------------------- metrics

    def _metric(self, number: int, entry: dict[str, Any]) -> list[Check]:
        value = self.values[f"metrics.{number}"]
        steps = self.values.get(f"metrics.{number}.steps")
        what = f"{entry['model']}: {entry['function']} of cell {entry['cell']!r} = {value:.6g}"
        run = self.found.get(entry["model"])
        if run is None:
            return [
                Check("metrics attached", what, "its model has no run"),
                *self._elsewhere(entry, value, what),
            ]
        same = [m for m in run["metrics"] if _is_function(m, entry) and _has_value(m, value, steps)]
        if same:
            miss = ""
        elif any(_has_value(m, value) and _is_function(m, entry) for m in run["metrics"]):
            miss = f"not with its {steps} steps"
        elif any(_has_value(m, value) for m in run["metrics"]):
            keys = [m["key"] for m in run["metrics"] if _has_value(m, value)]
            miss = f"only under another name: {', '.join(keys)}"
        else:
            miss = "not with its model's run" + self._where(entry, value)
        checks = [Check("metrics attached", what, miss), *self._elsewhere(entry, value, what)]
        if entry["role"] is not None and same:
            roles = {"training" if r == "train" else r for r in _several(entry["role"])}
            got = {m["role"] or "unknown" for m in same}
            miss = "" if got & roles else f"recorded as {', '.join(sorted(got))}"
            checks.append(Check("roles", f"{what} is of {'/'.join(sorted(roles))}", miss))
        return checks

    def _where(self, entry: dict[str, Any], value: float) -> str:
        names = [
            run["name"]
            for run in self.runs.values()
            if any(_is_function(m, entry) and _has_value(m, value) for m in run["metrics"])
        ]
        return f"; found with {', '.join(names)}" if names else "; found nowhere"

    def _elsewhere(self, entry: dict[str, Any], value: float, what: str) -> list[Check]:
        """Check that the metric is with no other model's run, unless that one has the same value."""
        allowed = {
            self.found[other["model"]]["run_id"]
            for number, other in enumerate(self.truth["metrics"])
            if other["model"] in self.found
            and other["function"] == entry["function"]
            and _equal(self.values[f"metrics.{number}"], value)
        }
        wrong = [
            run["name"]
            for name, run in self.found.items()
            if name not in self.groups
            and run["run_id"] not in allowed
            and any(_is_function(m, entry) and _equal(m["last"], value) for m in run["metrics"])
        ]
        miss = f"also with {', '.join(wrong)}" if wrong else ""
        return [Check("metrics nowhere else", what, miss)]

    def _absent(self) -> list[Check]:
        checks = []
        for number, entry in enumerate(self.truth.get("absent", ())):
            value = self.values[f"absent.{number}"]
            wrong = [
                run["name"]
                for run in self.runs.values()
                if any(_is_function(m, entry) and _has_value(m, value) for m in run["metrics"])
            ]
            what = f"{entry['function']} of cell {entry['cell']!r} = {value:.6g} belongs to no run"
            miss = f"recorded with {', '.join(wrong)}" if wrong else ""
            checks.append(Check("metrics nowhere else", what, miss))
        return checks


# ------------------------------------------------------------------ single facts


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _plain(value: Any) -> Any:
    """Return tuples as lists, texts of literals as their values."""
    if isinstance(value, str):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            return value
    return list(value) if isinstance(value, tuple) else value


def _same(recorded: str, value: Any) -> bool:
    found = _plain(recorded)
    return found == value or (_is_number(found) and _is_number(value) and _equal(found, value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _equal(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)


def _classes(run: dict[str, Any]) -> set[str]:
    """Return the classes of the models, and of a fit whose model itself is not kept.

    The param `model` names the steps in parentheses: `Pipeline(StandardScaler, Ridge)`.
    """
    named = {model["class"] for model in run["models"]}
    texts = [str(_plain(p["value"])) for p in run["params"] if p["key"] == "model"]
    return named | {text.split("(")[0].rsplit(".", 1)[-1] for text in texts}


def _param_miss(run: dict[str, Any], key: str, value: Any, *, marked: bool = False) -> str:
    found = [p for p in run["params"] if p["key"] == key]
    if not found:
        return "not recorded"
    if not any(_same(p["value"], value) for p in found):
        return f"recorded as {found[0]['value']}"
    if marked and all(p["is_default"] for p in found):
        return "not marked as different from its default"
    return ""


def _any_param(run: dict[str, Any], key: str, value: Any) -> bool:
    """Whether a candidate has a param, whatever stands before its name."""
    return any(
        (p["key"] == key or p["key"].endswith((f"__{key}", f".{key}", f"/{key}")))
        and _same(p["value"], value)
        for p in run["params"]
    )


def _best_param(run: dict[str, Any], key: str, value: Any) -> bool:
    for param in run["params"]:
        if "best" not in param["key"]:
            continue
        plain = _plain(param["value"])
        if param["key"].endswith(key) and _same(param["value"], value):
            return True
        if isinstance(plain, dict) and plain.get(key) == value:
            return True
    return False


def _is_function(metric: dict[str, Any], entry: dict[str, Any]) -> bool:
    """Whether a recorded metric is of the stated function; its key is free where the docs are."""
    if "key" in entry:
        return bool(metric["key"] == entry["key"])
    names = {entry["function"], entry.get("measure", entry["function"])}
    # an origin may say how several values became one: `cross_val_score:mean`
    if metric["origin"].split(":")[0].rsplit(".", 1)[-1] in names:
        return True
    if entry["function"] == "score":  # in scikit-learn: the accuracy of classifiers, else R2
        return metric["key"].rsplit("/", 1)[-1] in {"score", "accuracy", "r2"}
    return any(name.removesuffix("_score") in metric["key"] for name in names)


def _has_value(metric: dict[str, Any], value: float, steps: int | None = None) -> bool:
    if steps is not None:
        return metric["count"] == steps and _equal(metric["last"], value)
    return any(_equal(metric[k], value) for k in ("last", "minimum", "maximum"))


def _dataset_text(want: dict[str, Any]) -> str:
    name = _several(want.get("name", "some data"))
    columns = f" x {want['columns']}" if "columns" in want else ""
    return f"{'/'.join(str(n) for n in name)} ({want['rows']}{columns}) for {want['context']}"


def _dataset_miss(run: dict[str, Any], want: dict[str, Any]) -> str:
    def fits(use: dict[str, Any], *but: str) -> bool:
        wide = use["shape"][1] if len(use["shape"]) > 1 else use["columns"]
        tests = {
            "name": "name" not in want or (use["name"] or None) in _several(want["name"]),
            "rows": use["rows"] == want["rows"],
            "columns": "columns" not in want or wide == want["columns"],
            "context": use["context"] in _several(want["context"]),
        }
        return all(right for what, right in tests.items() if what not in but)

    uses = run["datasets"]
    if any(fits(use) for use in uses):
        return ""
    for what, field in (
        ("name", "name"),
        ("context", "context"),
        ("columns", "shape"),
        ("rows", "rows"),
    ):
        near = [use for use in uses if fits(use, what)]
        if near:
            return f"{what} recorded as {near[0][field]!r}"
    return "not recorded"
