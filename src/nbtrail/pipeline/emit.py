"""From a plan to the text of ``pipeline.py``."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from nbtrail.pipeline import boilerplate
from nbtrail.pipeline.flow import stage_functions
from nbtrail.pipeline.layout import assemble_imports, bracketed, docstring, formatted, wrapped
from nbtrail.pipeline.metrics import Placed
from nbtrail.pipeline.params import Parameter, find_parameters
from nbtrail.pipeline.plan import Form, Plan
from nbtrail.pipeline.prepare import RESERVED, is_definition, prepare, suppressed
from nbtrail.pipeline.shape import Parts, bound_by, divide
from nbtrail.pipeline.step import Step
from nbtrail.pipeline.text import indent, quoted
from nbtrail.pipeline.translate import Translator
from nbtrail.pipeline.versions import Versions

__all__ = ["Script", "write_script"]

_ENGINES = {
    "_parquet(": "pyarrow", "_feather(": "pyarrow", "_orc(": "pyarrow", "_excel(": "openpyxl",
    "_hdf(": "tables", "read_html(": "lxml", "read_xml(": "lxml", ".plot": "matplotlib",
}  # fmt: skip
_OURS = (
    "parse_args",
    "write_results",
    "save_model",
    "start_tracking",
    "record",
    "tracked",
    "main",
    "args",
    "results",
    "restore_random_state",
)
_NO_STAGES = "divided into functions it did not give the same"
_MODULES = {
    "argparse": "import argparse",
    "json": "import json",
    "Path": "from pathlib import Path",
}


@dataclass(slots=True)
class Script:
    """The text of a script and what it promises.

    Attributes
    ----------
    metrics : mapping of str to str
        Metric key to the variable that holds it.
    missing : mapping of str to str
        Metrics that the script does not compute under a name, with the reason.
    models : tuple of str
        Variables that are saved.
    imported : set of str
        Top-level modules that it imports.
    form : Form
    flat : str
        Why it has no stage functions; empty when it has.
    """

    text: str
    form: Form
    parameters: list[Parameter]
    metrics: dict[str, str]
    missing: dict[str, str]
    models: tuple[str, ...]
    imported: set[str]
    notes: list[str]
    flat: str = ""


@dataclass(slots=True)
class _Draft:
    parts: Parts
    parameters: list[Parameter]
    placed: Placed
    models: tuple[str, ...]
    translator: Translator
    measured: set[int] = field(default_factory=set)
    names: dict[str, str] = field(default_factory=dict)


def write_script(
    plan: Plan,
    form: Form,
    dependencies: Mapping[str, str],
    python: str,
    versions: Versions | None = None,
    own: Mapping[str, set[str]] | None = None,
) -> Script:
    """Write the script of a plan.

    Parameters
    ----------
    form : Form
        With stage functions, or in the order of execution.
    dependencies : mapping of str to str
        Top-level module to the pinned requirement that brings it.
    python : str
        Version of the interpreter of the run.
    versions : Versions, optional
        What the notebook's imports of the project's modules amounted to.
    own : mapping of str to set of str
        Top-level modules of the project, with the modules that each imports.
    """
    draft = _draft(plan, form, versions or Versions())
    flat = draft.parts.flat if form is Form.STAGES else (draft.parts.flat or _NO_STAGES)
    body = _flat(draft, plan) if flat else _staged(draft, plan)
    definitions = [_code(s) for s in draft.parts.definitions] if not flat else []
    constants = [_code(s) for s in draft.parts.constants] if not flat else []
    blocks = [*definitions, *_helpers(draft, plan), body]
    rest = "\n\n\n".join(blocks)
    if constants:
        rest = "\n".join(constants) + "\n\n\n" + rest
    imports, imported = _imports(draft, own or {}, rest, form)
    imported |= _silent(rest)
    needed = {dependencies[m] for m in imported if m in dependencies}
    if draft.models and "skops" in dependencies:
        needed.add(dependencies["skops"])
    major, minor = python.split(".")[:2]
    text = "\n".join(
        [
            boilerplate.header(f">={major}.{minor}", sorted(needed)),
            docstring(_summary(plan, flat)),
            "",
            imports,
            "" if constants else "\n",
            rest,
            "",
        ]
    )
    text = formatted(text)
    compile(text, "pipeline.py", "exec", dont_inherit=True)
    shape = form if not flat or form is not Form.STAGES else Form.FLAT
    return Script(
        text,
        shape,
        draft.parameters,
        {k: v for k, v in draft.placed.names.items() if not k.startswith("\0")},
        draft.placed.missing,
        draft.models,
        imported | ({"skops"} if draft.models else set()),
        draft.translator.notes,
        flat,
    )


def _silent(text: str) -> set[str]:
    """Return libraries that pandas loads for what the script calls, without an import in it."""
    return {module for word, module in _ENGINES.items() if word in text}


def _helpers(draft: _Draft, plan: Plan) -> list[str]:
    """Return the functions around the user's code."""
    functions = [
        boilerplate.parse_function(draft.names, draft.parameters, f"output-{_slug(plan)}"),
        boilerplate.results_function(draft.names),
    ]
    if draft.models:
        functions.append(boilerplate.save_function(draft.names))
    if plan.states:
        functions.append(boilerplate.restore_function(draft.names, plan.states))
    functions.append(boilerplate.start_function(draft.names, plan.run))
    return [*functions, boilerplate.record_function(draft.names)]


def _draft(plan: Plan, form: Form, versions: Versions) -> _Draft:
    prepared = prepare(plan, form, versions)
    steps, placed, used = prepared.steps, prepared.placed, prepared.used
    counts = bound_by(steps)
    wanted = divide(steps)
    global_names = {n for s in wanted.constants for n in s.names.stores}
    held = set(placed.names.values())

    def bound_once(name: str) -> bool:
        free = name not in held and name not in global_names and name not in RESERVED
        changed = any(m.name == name for s in steps for m in s.facts.mutations)
        return counts[name] == 1 and free and not changed and not name.startswith("_")

    used |= {n for s in steps for n in (*s.names.loads, *s.names.stores)}
    parameters, steps = find_parameters(steps, bound_once, used, plan.inputs)
    measured = {id(s) for s in steps if held & s.names.stores}
    models = tuple(
        dict.fromkeys(
            m.variable
            for m in plan.run.models
            if any(m.variable in s.names.stores for s in steps if not _defines(s.tree))
        )
    )
    draft = _Draft(divide(steps), parameters, placed, models, prepared.translator, measured)
    draft.names = _free_names(used)
    for step in steps:
        step.text = suppressed(step, draft.translator)
    return draft


def _defines(tree: ast.stmt) -> bool:
    return is_definition(tree) or isinstance(tree, (ast.Import, ast.ImportFrom))


def _free_names(used: set[str]) -> dict[str, str]:
    names: dict[str, str] = {}
    for name in (*_OURS, *_MODULES):
        free = name
        while free in used and name not in _MODULES:
            free = f"pipeline_{name}" if free == name else f"{free}_"
        names[name] = free
    return names


def _staged(draft: _Draft, plan: Plan) -> str:
    functions, calls = stage_functions(
        draft.parts,
        plan.graph,
        draft.parameters,
        draft.measured,
        {*draft.placed.names.values(), *draft.models},
        reserved={*draft.names.values()},
        args=draft.names["args"],
    )
    waits = any("await " in call for call in calls)
    names = draft.names
    lines = [
        f"{'async ' if waits else ''}def {names['main']}() -> None:",
        '    """Run the pipeline once."""',
        *(f"    {line}" for line in _beginning(draft)),
        *([f"    {names['restore_random_state']}()"] if plan.states else []),
        *calls,
        *(f"    {line}" for line in _ending(draft)),
    ]
    start = f"{names['main']}()"
    if waits:
        draft.translator.imports.add("asyncio")
        start = f"asyncio.run({start})"
    guard = f'if __name__ == "__main__":\n    {start}'
    return "\n\n\n".join([*functions, "\n".join(lines), guard])


def _flat(draft: _Draft, plan: Plan) -> str:
    names = draft.names
    lines = _beginning(draft)
    lines += [f"{names['restore_random_state']}()"] if plan.states else []
    lines += [f"{p.name} = {names['args']}.{p.name}" for p in draft.parameters]
    parts = draft.parts
    steps = sorted((*parts.constants, *parts.definitions, *parts.body), key=lambda step: step.node)
    cell = -1
    for step in steps:
        if step.node[0] != cell:
            lines.append("")
            cell = step.node[0]
        definition = is_definition(step.tree)
        code = _code(step)
        if isinstance(step.tree, (ast.Import, ast.ImportFrom)) and "\n" not in step.text:
            code += "  # noqa: E402"  # what ran before it matters to it
        lines.append(f"\n{code}\n\n" if definition else code)
    text = re.sub(r"\n{4,}", "\n\n\n", "\n".join([*lines, "", *_ending(draft)]))
    if _awaits(text):
        draft.translator.imports.add("asyncio")
        return f"async def {names['main']}() -> None:\n{indent(text)}\n\n\nasyncio.run({names['main']}())"
    return text


def _awaits(text: str) -> bool:
    try:
        compile(text, "<body>", "exec", dont_inherit=True)
    except SyntaxError:
        return "await" in text or "async" in text
    return False


def _beginning(draft: _Draft) -> list[str]:
    names = draft.names
    return [
        f"{names['args']} = {names['parse_args']}()",
        f"{names['tracked']} = {names['start_tracking']}() if {names['args']}.track else None",
    ]


def _ending(draft: _Draft) -> list[str]:
    names = draft.names
    pairs = {k: v for k, v in draft.placed.names.items() if not k.startswith("\0")}
    lines = [f"{names['results']} = {{"]
    lines += [f"    {quoted(key)}: {value}," for key, value in pairs.items()]
    lines += ["}"] if pairs else []
    if not pairs:
        lines = [f"{names['results']}: dict[str, float] = {{}}"]
    output = f"{names['args']}.output"
    lines.append(f"{names['write_results']}({names['results']}, {output})")
    lines += [
        f"{names['save_model']}({model}, {output} / {quoted(f'{model}.skops')})"
        for model in draft.models
    ]
    lines += [
        f"if {names['tracked']} is not None:",
        f"    {names['record']}({names['tracked']}, {_given(draft)}, {names['results']})",
    ]
    return lines


def _given(draft: _Draft) -> str:
    """Return the dict of the parameters as they were given."""
    args = draft.names["args"]
    items = [f"{quoted(p.name)}: {args}.{p.name}" for p in draft.parameters]
    return bracketed("{", items, "}", "    ").lstrip()


def _imports(
    draft: _Draft, own: Mapping[str, set[str]], rest: str, form: Form
) -> tuple[str, set[str]]:
    loaded = {n.id for n in ast.walk(ast.parse(rest)) if isinstance(n, ast.Name)}
    texts = [s.text for s in draft.parts.imports]
    texts += [f"import {module}" for module in sorted(draft.translator.imports)]
    texts += list(_MODULES.values())
    acting = {
        name
        for step in draft.parts.imports
        if form is Form.HISTORY or any(map(_is_felt, step.facts.channels_written))
        for name in step.names.stores
    }
    text = assemble_imports(texts, loaded, set(own), acting)
    imported: set[str] = set()
    for node in ast.walk(ast.parse(text + "\n" + rest)):
        if isinstance(node, ast.Import):
            imported |= {a.name.partition(".")[0] for a in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            imported.add(node.module.partition(".")[0])
    imported |= {m for name in imported & own.keys() for m in own[name]}
    return text, imported - own.keys() - {"nbtrail"}


def _is_felt(channel: str) -> bool:
    """Say whether an import that wrote this did something besides binding its names."""
    return channel.startswith(("added:", "attr:", "sys.path", "cwd", "file:"))


def _code(step: Step) -> str:
    return "\n".join([*step.comments, wrapped(step.text, 0)])


def _slug(plan: Plan) -> str:
    return re.sub(r"[^\w.-]+", "-", plan.run.name).strip("-") or plan.run.run_id[:8]


def _summary(plan: Plan, flat: str) -> str:
    run = plan.run
    where = f"of {plan.notebook}" if plan.notebook else "of its notebook"
    order = "\n\nThe statements stand in the order in which they ran." if flat else ""
    return (
        f"Training pipeline of run {run.name or run.run_id[:8]}.\n\n"
        f"Written by nbtrail from the cells {where} that the run's\n"
        f"results depend on (run {run.run_id}).\n"
        "Metrics are printed and written to metrics.json in the --output folder."
        f"{order}\n"
    )
