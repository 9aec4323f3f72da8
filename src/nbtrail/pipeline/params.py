"""Literals that become arguments of the script, with the recorded values as defaults."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from nbtrail.compare.seeds import SEEDS
from nbtrail.lineage.names import root_name
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import Edit, apply_edits, replace_node

__all__ = ["Parameter", "find_parameters"]

_HELP = 80  # characters of a comment that still make a line of help
_SPLITS = frozenset(
    [
        "train_test_split",
        "KFold",
        "StratifiedKFold",
        "GroupKFold",
        "ShuffleSplit",
        "StratifiedShuffleSplit",
        "TimeSeriesSplit",
        "cross_val_score",
        "cross_validate",
    ]
)
_READERS = re.compile(r"^(read_\w+|load\w*|open|genfromtxt|loadtxt|fromfile|scan_\w+|imread)$")


@dataclass(slots=True)
class Parameter:
    """One argument of the script.

    Attributes
    ----------
    name : str
        Variable and flag.
    value : bool, int, float or str
        What was recorded.
    help : str
        For ``--help``.
    path : str
        The recorded path when it names an input file, else empty.
    short : bool
        Its flag leaves out the ``_path`` at the end of its name.
    """

    name: str
    value: Any
    help: str
    path: str = ""
    short: bool = True

    @property
    def flag(self) -> str:
        """How it is spelled on the command line: a CONSTANT in lower case, a path by its data."""
        shouted = self.name.isupper() and len(self.name) > 1
        name = self.name.lower() if shouted else self.name
        if self.short and self.path and name.endswith("_path"):
            name = name.removesuffix("_path")
        return "--" + name.replace("_", "-").strip("-")


@dataclass(slots=True)
class _Literal:
    step: Step
    node: ast.expr
    value: Any
    name: str
    owner: str
    help: str
    path: str = ""


@dataclass(slots=True)
class _Search:
    found: list[_Literal] = field(default_factory=list)
    constants: list[tuple[Step, Parameter]] = field(default_factory=list)


def find_parameters(
    steps: list[Step],
    bound_once: Callable[[str], bool],
    used: set[str],
    inputs: dict[str, str],
) -> tuple[list[Parameter], list[Step]]:
    """Find the parameters, and put their names in the place of the literals.

    Parameters
    ----------
    steps : list of Step
        Edited in place.
    bound_once : callable
        Whether a name is bound by one statement only, and safe to come from outside.
    used : set of str
        Names that mean something else in the script; the chosen ones are added.
    inputs : mapping of str to str
        Text of a path as the code spells it to the channel of the input file.

    Returns
    -------
    list of Parameter
    list of Step
        The steps without the assignments that became parameters.
    """
    search = _Search()
    standard = _from_standard_library(steps)
    kept: list[Step] = []
    for step in steps:
        constant = _constant(step, bound_once, inputs)
        if constant is not None:
            search.constants.append((step, constant))
            continue
        kept.append(step)
        if not isinstance(step.tree, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for statement in step.body:
                _literals(step, statement, inputs, standard, search.found)
    parameters = [parameter for _, parameter in search.constants]
    parameters += _named(search.found, used | {p.name for p in parameters})
    _part(parameters)
    used |= {p.name for p in parameters}
    return parameters, kept


def _constant(
    step: Step, bound_once: Callable[[str], bool], inputs: dict[str, str]
) -> Parameter | None:
    tree = step.tree
    if len(step.body) != 1 or (step.facts.channels_written and not step.partial):
        return None
    if isinstance(tree, ast.Assign) and len(tree.targets) == 1:
        target, value = tree.targets[0], tree.value
    elif isinstance(tree, ast.AnnAssign) and tree.value is not None:
        target, value = tree.target, tree.value
    else:
        return None
    if not isinstance(target, ast.Name) or not bound_once(target.id):
        return None
    known, literal = _literal(value)
    if not known:
        return None
    above = " ".join(line.lstrip("# ") for line in step.comments)
    comment = _trailing_comment(step) or (above if len(above) < _HELP else "")
    path = literal if isinstance(literal, str) and literal in inputs else ""
    return Parameter(
        target.id, literal, comment or ("input file" if path else "as set in the notebook"), path
    )


def _literal(node: ast.expr) -> tuple[bool, Any]:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        known, value = _literal(node.operand)
        return (True, -value) if known and type(value) in {int, float} else (False, None)
    if isinstance(node, ast.Constant) and type(node.value) in {bool, int, float, str}:
        finite = not isinstance(node.value, str) or len(node.value) < 200
        return finite, node.value
    return False, None


def _trailing_comment(step: Step) -> str:
    last = step.text.split("\n")[-1]
    tail = last.encode()[step.tree.end_col_offset :].decode().strip()
    return tail.lstrip("# ").strip() if tail.startswith("#") else ""


def _literals(
    step: Step,
    statement: ast.stmt,
    inputs: dict[str, str],
    standard: set[str],
    found: list[_Literal],
) -> None:
    variable = ""
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        variable = statement.targets[0].id
    skipped: set[int] = set()
    for node in ast.walk(statement):
        # positions inside of an f-string can't be trusted before Python 3.12
        if isinstance(node, (ast.Lambda, ast.FunctionDef, ast.ClassDef, ast.JoinedStr)):
            skipped |= {id(child) for child in ast.walk(node)}
        if not isinstance(node, ast.Call) or id(node) in skipped:
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        name = node.func.id if isinstance(node.func, ast.Name) else name
        if _READERS.match(name):
            _path_of(step, node, name, inputs, found)
        makes = name[:1].isupper() and root_name(node.func) not in standard
        if makes or name in _SPLITS or name == "default_rng":
            owner = variable if name[:1].isupper() and variable else _snake(name)
            for argument in node.keywords:
                known, value = _literal(argument.value)
                if known and argument.arg is not None and argument.arg not in {"n_jobs", "verbose"}:
                    found.append(
                        _Literal(step, argument.value, value, argument.arg, owner, f"of {name}")
                    )
        if name in {"seed", "default_rng", "RandomState"} and len(node.args) == 1:
            known, value = _literal(node.args[0])
            if known and isinstance(value, int):
                found.append(_Literal(step, node.args[0], value, "seed", _snake(name), ""))


def _from_standard_library(steps: list[Step]) -> set[str]:
    """Return names of Python's own modules and classes: how they are made is no setting."""
    found: set[str] = set()
    for tree in (step.tree for step in steps):
        if isinstance(tree, ast.ImportFrom):
            modules = {alias.asname or alias.name: tree.module or "" for alias in tree.names}
        elif isinstance(tree, ast.Import):
            modules = {a.asname or a.name.partition(".")[0]: a.name for a in tree.names}
        else:
            continue
        found |= {
            name for name, m in modules.items() if m.partition(".")[0] in sys.stdlib_module_names
        }
    return found


def _path_of(
    step: Step, call: ast.Call, reader: str, inputs: dict[str, str], found: list[_Literal]
) -> None:
    for node in (*call.args[:1], *(k.value for k in call.keywords)):
        known, value = _literal(node)
        if known and isinstance(value, str) and value in inputs:
            found.append(_Literal(step, node, value, "data", reader, "input file", path=value))


def _named(found: list[_Literal], used: set[str]) -> list[Parameter]:
    """Name the literals; equal seeds share one parameter, other equal names don't."""
    groups: dict[str, list[_Literal]] = {}
    for literal in found:
        key = "seed" if literal.name in SEEDS else literal.name
        groups.setdefault(key, []).append(literal)
    parameters: list[Parameter] = []
    edits: dict[int, tuple[Step, list[Edit]]] = {}
    for key, literals in groups.items():
        values = {(type(item.value), item.value) for item in literals}
        shared = len(values) == 1 and (key in {"seed", "data"} or len(literals) == 1)
        chosen: dict[str, str] = {}
        for literal in literals:
            if shared:
                wanted, reason = key, "of all random steps" if key == "seed" else literal.help
            elif key == "data":
                wanted, reason = _snake(PurePath(literal.value).stem) or "data", literal.help
            else:
                wanted, reason = f"{literal.owner}_{key}", literal.help
            name = chosen.get(f"{wanted}:{literal.value!r}") if shared or key == "data" else None
            if name is None:
                name = _free(_spelled(wanted, used, path=key == "data"), used)
                chosen[f"{wanted}:{literal.value!r}"] = name
                parameters.append(Parameter(name, literal.value, reason, literal.path))
            step, mine = edits.setdefault(id(literal.step), (literal.step, []))
            mine.append(replace_node(literal.node, name))
    for step, mine in edits.values():
        step.text = apply_edits(step.text, mine)
    return parameters


def _spelled(wanted: str, used: set[str], *, path: bool) -> str:
    """Return a name that is none of Python's; a path gives way to the variable with its data."""
    if path and (wanted in used or not wanted.isidentifier()):
        wanted = f"{wanted}_path" if wanted.isidentifier() else f"data_{wanted}"
    return f"{wanted}_" if keyword.iskeyword(wanted) or hasattr(builtins, wanted) else wanted


def _part(parameters: list[Parameter]) -> None:
    """Spell the flag of a path in full where its short form is another parameter's."""
    flags = {p.flag for p in parameters if not p.name.endswith("_path")}
    for parameter in parameters:
        parameter.short = parameter.flag not in flags
        flags.add(parameter.flag)


def _free(wanted: str, used: set[str]) -> str:
    name, number = wanted, 2
    while name in used:
        name = f"{wanted}_{number}"
        number += 1
    used.add(name)
    return name


def _snake(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
    return re.sub(r"\W+", "_", spaced).strip("_").lower()
