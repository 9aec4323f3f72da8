# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Training pipeline of run brave-otter.

Written by nbtrail from the cells of work.ipynb that the run's
results depend on (run 00000000000000000000000000000000).
Metrics are printed and written to metrics.json in the --output folder.

The statements stand in the order in which they ran.
"""

import argparse
import json
import random
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """Read the command line; the defaults are what the run used."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--seed",
        type=int,
        default=5,
        help="of all random steps (default: %(default)s)",
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path("output-brave-otter"),
        help="folder for metrics.json and the model",
    )
    parser.add_argument(
        "--track",
        action="store_true",
        help="record this execution with nbtrail",
    )
    return parser.parse_args()


def write_results(results: dict[str, float], output: Path) -> None:
    """Print the metrics and write them to metrics.json in the output folder."""
    output.mkdir(parents=True, exist_ok=True)
    plain = {key: float(value) for key, value in results.items()}
    text = json.dumps(plain, indent=2) + "\n"
    (output / "metrics.json").write_text(text, encoding="utf-8")
    for key, value in plain.items():
        print(f"{key} = {value:.6g}")


def start_tracking():
    """Open a run in the project's trail, which records what follows; needs nbtrail."""
    import nbtrail

    run = nbtrail.start_run(
        experiment="default",
        tags={"nbtrail.retrained": "00000000000000000000000000000000"},
    )
    print(f"run: {run.run_id or 'not tracked'}")
    return run


def record(run, params: dict[str, object], results: dict[str, float]) -> None:
    """Give the run its parameters and metrics, and end it."""
    run.log_params(params)
    run.log_results({key: float(value) for key, value in results.items()})
    run.end()


args = parse_args()
tracked = start_tracking() if args.track else None
seed = args.seed

random.seed(seed)
weights = []

for _ in range(3):
    weights.append(random.random())

scale = 2


def total():
    return scale * sum(weights)


first = total()

scale = 3


def total():
    return scale + sum(weights)


result = first + total()

results = {
    "result": result,
}
write_results(results, args.output)
if tracked is not None:
    record(tracked, {"seed": args.seed}, results)
