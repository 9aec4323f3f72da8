"""The parts of the script that are the same for every run, but for names and numbers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from nbtrail.entities.run import RETRAINED_TAG, Run
from nbtrail.pipeline.layout import bracketed
from nbtrail.pipeline.params import Parameter
from nbtrail.pipeline.text import quoted

__all__ = [
    "STATES",
    "header",
    "parse_function",
    "record_function",
    "restore_function",
    "results_function",
    "save_function",
    "start_function",
]

STATES = "random_state.json"


def header(requires_python: str, dependencies: Sequence[str]) -> str:
    """Return the inline metadata (PEP 723) by which ``uv run`` and ``pipx run`` install."""
    lines = ["# /// script", f'# requires-python = "{requires_python}"']
    if not dependencies:
        return "\n".join([*lines, "# dependencies = []", "# ///"])
    items = [f'#     "{item}",' for item in dependencies]
    return "\n".join([*lines, "# dependencies = [", *items, "# ]", "# ///"])


def parse_function(names: Mapping[str, str], parameters: Sequence[Parameter], output: str) -> str:
    """Return the function that reads the command line."""
    lines = [
        f"def {names['parse_args']}() -> {names['argparse']}.Namespace:",
        '    """Read the command line; the defaults are what the run used."""',
        f'    parser = {names["argparse"]}.ArgumentParser(description=__doc__.split("\\n")[0])',
    ]
    for parameter in parameters:
        flag = parameter.flag
        items = [quoted(flag)]
        if flag[2:].replace("-", "_") != parameter.name:
            items.append(f"dest={quoted(parameter.name)}")
        if isinstance(parameter.value, bool):
            items.append(f"action={names['argparse']}.BooleanOptionalAction")
        else:
            items.append(f"type={type(parameter.value).__name__}")
        items.append(f"default={literal(parameter.value)}")
        items.append(f"help={quoted(_help(parameter))}")
        lines.append(bracketed("parser.add_argument(", items, ")", "    "))
    items = [
        '"--output"',
        f"type={names['Path']}",
        f"default={names['Path']}({quoted(output)})",
        'help="folder for metrics.json and the model"',
    ]
    lines.append(bracketed("parser.add_argument(", items, ")", "    "))
    items = ['"--track"', 'action="store_true"', 'help="record this execution with nbtrail"']
    lines.append(bracketed("parser.add_argument(", items, ")", "    "))
    return "\n".join([*lines, "    return parser.parse_args()"])


def _help(parameter: Parameter) -> str:
    text = f"{parameter.help} (default: %(default)s)".strip()
    return (
        text
        if "%" not in parameter.help
        else text.replace(parameter.help, parameter.help.replace("%", "%%"))
    )


def results_function(names: Mapping[str, str]) -> str:
    """Return the function that prints and writes the metrics."""
    path, json = names["Path"], names["json"]
    return f'''def {names["write_results"]}(results: dict[str, float], output: {path}) -> None:
    """Print the metrics and write them to metrics.json in the output folder."""
    output.mkdir(parents=True, exist_ok=True)
    plain = {{key: float(value) for key, value in results.items()}}
    text = {json}.dumps(plain, indent=2) + "\\n"
    (output / "metrics.json").write_text(text, encoding="utf-8")
    for key, value in plain.items():
        print(f"{{key}} = {{value:.6g}}")'''


def save_function(names: Mapping[str, str]) -> str:
    """Return the function that saves a model without pickle."""
    return f'''def {names["save_model"]}(model: object, path: {names["Path"]}) -> None:
    """Save a fitted model in the format of skops, which loads without running code."""
    try:
        from skops.io import dump
    except ImportError:
        print(f"{{path.name}} was not saved: install skops for that")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    dump(model, path)
    print(f"model: {{path}}")'''


def start_function(names: Mapping[str, str], run: Run) -> str:
    """Return the function that opens a run for ``--track``, before anything is read."""
    return f'''def {names["start_tracking"]}():
    """Open a run in the project's trail, which records what follows; needs nbtrail."""
    import nbtrail

    run = nbtrail.start_run(
        experiment={quoted(run.experiment.name)},
        tags={{{quoted(RETRAINED_TAG)}: {quoted(run.run_id)}}},
    )
    print(f"run: {{run.run_id or 'not tracked'}}")
    return run'''


def record_function(names: Mapping[str, str]) -> str:
    """Return the function that ends the run of ``--track``."""
    return f'''def {names["record"]}(run, params: dict[str, object], results: dict[str, float]) -> None:
    """Give the run its parameters and metrics, and end it."""
    run.log_params(params)
    run.log_results({{key: float(value) for key, value in results.items()}})
    run.end()'''


def restore_function(names: Mapping[str, str], channels: Collection[str]) -> str:
    """Return the function that puts random generators where the run found them."""
    lines = [
        f"def {names['restore_random_state']}() -> None:",
        '    """Put the random generators, which nobody had seeded, where the run found them."""',
        f"    place = {names['Path']}(__file__).with_name({quoted(STATES)})",
        f'    states = {names["json"]}.loads(place.read_text(encoding="utf-8"))',
    ]
    if "rng:stdlib" in channels:
        lines += [
            '    version, state, gauss = states["rng:stdlib"]',
            "    random.setstate((version, tuple(state), gauss))",
        ]
    if "rng:numpy" in channels:
        lines.append('    numpy.random.set_state(states["rng:numpy"])')
    imports = ["random"] if "rng:stdlib" in channels else []
    imports += ["numpy"] if "rng:numpy" in channels else []
    inner = "\n\n".join(f"    import {module}" for module in imports)
    return "\n".join([*lines[:2], inner, "", *lines[2:]])


def literal(value: object) -> str:
    """Return a value as Python source, strings in double quotes."""
    return quoted(value) if isinstance(value, str) else repr(value)
