"""Where the script finds each metric of the run: a name that holds it, made if need be."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from dataclasses import dataclass, field

from nbtrail.entities.run import Metric
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import Edit, apply_edits, quoted, replace_node, segment, unparse
from nbtrail.pipeline.tracked import returned_value
from nbtrail.pipeline.translate import Translator

__all__ = ["Placed", "place_metrics", "variable_for"]

_LOOPS = (ast.For, ast.While, ast.AsyncFor, ast.If, ast.With, ast.Try)


@dataclass(slots=True)
class Placed:
    """Metric keys to the variables that hold them, and those that have none, with the reason."""

    names: dict[str, str] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


def variable_for(key: str, used: set[str]) -> str:
    """Return a variable name for a metric key that is not in `used`, and add it there."""
    name = re.sub(r"\W+", "_", key).strip("_") or "metric"
    if name[0].isdigit():
        name = f"metric_{name}"
    reserved = keyword.iskeyword(name) or hasattr(builtins, name)
    base, number = (f"{name}_value", 2) if reserved or name in used else (name, 2)
    name = base
    while name in used:
        name = f"{base}_{number}"
        number += 1
    used.add(name)
    return name


def place_metrics(
    steps: list[Step], metrics: list[Metric], translator: Translator, used: set[str]
) -> Placed:
    """Find or make a variable for each metric; the texts of `steps` are edited in place."""
    placed = Placed()
    calls: dict[int, list[tuple[Metric, ast.Call]]] = {}
    for metric in metrics:
        step = _step_of(steps, metric)
        if step is None:
            placed.missing[metric.key] = "the statement that computed it was not recorded"
            continue
        if metric.expression:
            _by_expression(step, metric, placed, used, translator)
            continue
        found = _call_of(step, metric, translator, calls)
        if found is None:
            _unplaced(metric, placed)
        else:
            calls.setdefault(id(step), []).append((metric, found))
    for step in steps:
        if id(step) in calls:
            _hoist(step, calls[id(step)], placed, used, translator)
    return placed


def _step_of(steps: list[Step], metric: Metric) -> Step | None:
    mine = [s for s in steps if s.node[0] == metric.cell_seq]
    if metric.statement >= 0:
        exact = [s for s in mine if s.node[1] == metric.statement]
        if exact:
            return exact[-1]
        earlier = [s for s in steps if s.node <= (metric.cell_seq, metric.statement)]
    else:
        earlier = mine or [s for s in steps if s.node[0] <= metric.cell_seq]
    return earlier[-1] if metric.expression and earlier else None


def _by_expression(
    step: Step, metric: Metric, placed: Placed, used: set[str], translator: Translator
) -> None:
    if metric.expression.isidentifier():
        placed.names[metric.key] = metric.expression
        return
    try:
        ast.parse(metric.expression, mode="eval")
    except SyntaxError:
        placed.missing[metric.key] = f"its expression {metric.expression!r} can't be parsed"
        return
    name = variable_for(metric.key, used)
    tree = step.tree
    if isinstance(tree, ast.Expr) and translator.called(tree.value).startswith("log_metric"):
        step.text = f"{name} = {metric.expression}"
    else:
        step.text += f"\n{name} = {metric.expression}"
    placed.names[metric.key] = name


def _unplaced(metric: Metric, placed: Placed) -> None:
    placed.missing[metric.key] = (
        f"it was computed by {metric.origin} inside of a function or a comprehension, "
        "where the script can't name it"
    )


def _call_of(
    step: Step,
    metric: Metric,
    translator: Translator,
    taken: dict[int, list[tuple[Metric, ast.Call]]],
) -> ast.Call | None:
    """Return the expression in the statement whose value is the metric."""
    function = re.split(r"[(:]", metric.origin)[0].rpartition(".")[2]
    used = [c for _, c in taken.get(id(step), [])]
    found: list[ast.Call] = []
    for call in _reachable_calls(step.body):
        if metric.origin == "logged":
            if (
                _logs(call, metric.key, translator) is not None
                or returned_value(call, metric.key, translator.tracked) is not None
            ):
                found.append(call)
            continue
        name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        name = call.func.id if isinstance(call.func, ast.Name) else name
        if name == function and (call not in used or _is_part(metric)):
            found.append(call)
    if not found:
        return None
    if metric.role == "training":
        return next((c for c in found if _mentions_training(c)), found[0])
    if metric.role and len(found) > 1:
        return next((c for c in found if not _mentions_training(c)), found[0])
    return found[0]


def _is_part(metric: Metric) -> bool:
    """Say whether the call gives several metrics."""
    return ":" in metric.origin or metric.origin.endswith("]")


def _mentions_training(call: ast.Call) -> bool:
    return any("train" in n.id for n in ast.walk(call) if isinstance(n, ast.Name))


def _logs(call: ast.Call, key: str, translator: Translator) -> ast.expr | None:
    """Return the value that a call logs under `key`."""
    name = translator.called(call)
    arguments = [*call.args, *(k.value for k in call.keywords)]
    if name == "log_metric" and len(arguments) >= 2:
        first = arguments[0]
        return arguments[1] if isinstance(first, ast.Constant) and first.value == key else None
    if name == "log_metrics" and arguments and isinstance(arguments[0], ast.Dict):
        for item, value in zip(arguments[0].keys, arguments[0].values, strict=True):
            if isinstance(item, ast.Constant) and item.value == key:
                return value
    return None


def _reachable_calls(body: list[ast.stmt]) -> list[ast.Call]:
    """Return the calls of a statement, those inside of functions left out."""
    found: list[ast.Call] = []
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop(0)
        if isinstance(
            node,
            (
                ast.Lambda,
                ast.FunctionDef,
                ast.AsyncFunctionDef,
                ast.ClassDef,
                ast.ListComp,
                ast.SetComp,
                ast.DictComp,
                ast.GeneratorExp,
            ),
        ):
            continue
        if isinstance(node, ast.Call):
            found.append(node)
        todo += ast.iter_child_nodes(node)
    return found


def _hoist(
    step: Step,
    found: list[tuple[Metric, ast.Call]],
    placed: Placed,
    used: set[str],
    translator: Translator,
) -> None:
    """Give each call a name, on a line of its own in front of the statement around it."""
    text = step.text
    edits: list[Edit] = []
    for metric, call in found:
        carrier = _carrier(step.body, call)
        if carrier is None:
            placed.missing[metric.key] = "its call stands where no line can be put in front of it"
            continue
        subscript = returned_value(call, metric.key, translator.tracked)
        if subscript is not None and metric.origin == "logged":
            edits += _hoist_value(text, carrier, call, metric, placed, used, subscript)
            continue
        if metric.origin == "logged":
            edits += _hoist_logged(text, carrier, call, metric, placed, used)
            continue
        if metric.origin.endswith("]"):  # one of the values that the call returns
            pick = metric.origin[metric.origin.index(")") + 1 :]
            edits += _hoist_value(text, carrier, call, metric, placed, used, pick)
            continue
        if ":" in metric.origin:
            edits += _hoist_folds(text, carrier, call, metric, placed, used)
            continue
        target = carrier.targets[0] if isinstance(carrier, ast.Assign) else None
        if isinstance(target, ast.Name) and _plain(carrier) is call:
            placed.names[metric.key] = target.id
            continue
        name = variable_for(metric.key, used)
        placed.names[metric.key] = name
        source = segment(text, call)
        if _in_fstring(carrier, call):  # positions there can't be trusted before Python 3.12
            edits.append(_insert(carrier, f"{name} = {unparse(call)}"))
            continue
        line = f"{name} = {source}"
        if isinstance(carrier, ast.Expr) and carrier.value is call:
            edits.append(replace_node(carrier, line))
        else:
            edits += (_insert(carrier, line), replace_node(call, name))
    step.text = apply_edits(text, edits)


def _hoist_logged(
    text: str,
    carrier: ast.stmt,
    call: ast.Call,
    metric: Metric,
    placed: Placed,
    used: set[str],
) -> list[Edit]:
    arguments = [*call.args, *(k.value for k in call.keywords)]
    value = arguments[1] if not isinstance(arguments[0], ast.Dict) else None
    if value is None:
        assert isinstance(arguments[0], ast.Dict)
        pairs = zip(arguments[0].keys, arguments[0].values, strict=True)
        value = next(v for k, v in pairs if isinstance(k, ast.Constant) and k.value == metric.key)
    if isinstance(value, ast.Name):
        placed.names[metric.key] = value.id
        return []
    name = variable_for(metric.key, used)
    placed.names[metric.key] = name
    return [_insert(carrier, f"{name} = {segment(text, value)}")]


def _hoist_folds(
    text: str,
    carrier: ast.stmt,
    call: ast.Call,
    metric: Metric,
    placed: Placed,
    used: set[str],
) -> list[Edit]:
    """Take mean or spread over the folds of a cross-validation."""
    statistic = metric.origin.partition(":")[2]
    subscript = ""
    if "cross_validate" in metric.origin:
        inner = metric.key.removeprefix("cv_").removesuffix(f"_{statistic}")
        name = f"test_{inner}" if _has_several(call) else "test_score"
        subscript = f"[{quoted(name)}]"
    pick = f"{subscript}.{statistic}()"
    return _hoist_value(text, carrier, call, metric, placed, used, pick)


def _hoist_value(
    text: str,
    carrier: ast.stmt,
    call: ast.Call,
    metric: Metric,
    placed: Placed,
    used: set[str],
    pick: str,
) -> list[Edit]:
    """Name what a call returns, once, and take the metric from it."""
    target = carrier.targets[0] if isinstance(carrier, ast.Assign) else None
    edits: list[Edit] = []
    if isinstance(target, ast.Name) and _plain(carrier) is call:
        result, after = target.id, True
    else:
        whole = isinstance(carrier, ast.Expr) and carrier.value is call
        result, after = placed.names.get(f"\0{id(call)}", ""), whole
        if not result:
            result = variable_for("result", used)
            placed.names[f"\0{id(call)}"] = result
            line = f"{result} = {segment(text, call)}"
            if whole:
                edits.append(replace_node(carrier, line))
            else:
                edits += (_insert(carrier, line), replace_node(call, result))
    if not pick:
        placed.names[metric.key] = result
        return edits
    name = variable_for(metric.key, used)
    placed.names[metric.key] = name
    line = f"{name} = {result}{pick}"
    return [*edits, _append(carrier, line) if after else _insert(carrier, line)]


def _in_fstring(carrier: ast.stmt, call: ast.Call) -> bool:
    return any(
        any(inner is call for inner in ast.walk(node))
        for node in ast.walk(carrier)
        if isinstance(node, ast.JoinedStr)
    )


def _has_several(call: ast.Call) -> bool:
    scoring = next((k.value for k in call.keywords if k.arg == "scoring"), None)
    return scoring is not None and not isinstance(scoring, ast.Constant)


def _plain(carrier: ast.stmt) -> ast.expr | None:
    """Return the value that an assignment binds as it is, through ``float(...)`` too."""
    value = carrier.value if isinstance(carrier, ast.Assign) else None
    if isinstance(carrier, ast.Assign) and len(carrier.targets) != 1:
        return None
    if (
        isinstance(value, ast.Call)
        and isinstance(value.func, ast.Name)
        and value.func.id == "float"
        and len(value.args) == 1
    ):
        return value.args[0]
    return value


def _carrier(body: list[ast.stmt], call: ast.Call) -> ast.stmt | None:
    """Return the innermost simple statement that a call stands in."""
    for statement in body:
        if not any(node is call for node in ast.walk(statement)):
            continue
        nested: list[ast.stmt] = []
        for name in ("body", "orelse", "finalbody"):
            nested += [s for s in getattr(statement, name, []) if isinstance(s, ast.stmt)]
        for handler in getattr(statement, "handlers", []):
            nested += handler.body
        inner = _carrier(nested, call)
        if inner is not None:
            return inner
        return None if isinstance(statement, _LOOPS) and nested else statement
    return None


def _insert(carrier: ast.stmt, line: str) -> Edit:
    place = (carrier.lineno, carrier.col_offset)
    return Edit(place, place, f"{line}\n{' ' * carrier.col_offset}")


def _append(carrier: ast.stmt, line: str) -> Edit:
    assert carrier.end_lineno is not None
    assert carrier.end_col_offset is not None
    place = (carrier.end_lineno, carrier.end_col_offset)
    return Edit(place, place, f"\n{' ' * carrier.col_offset}{line}")
