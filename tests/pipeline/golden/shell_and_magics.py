# /// script
# requires-python = ">=3.11"
# dependencies = []
# ///
"""Training pipeline of run brave-otter.

Written by nbtrail from the cells of work.ipynb that the run's
results depend on (run 00000000000000000000000000000000).
Metrics are printed and written to metrics.json in the --output folder.
"""

import argparse
import csv
import json
import os
import subprocess
from pathlib import Path


def parse_args() -> argparse.Namespace:
    """Read the command line; the defaults are what the run used."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--rows",
        type=int,
        default=30,
        help="as set in the notebook (default: %(default)s)",
    )
    parser.add_argument(
        "--small",
        type=str,
        default="small.csv",
        help="as set in the notebook (default: %(default)s)",
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


def preprocess(*, rows: int, small: str):
    """Prepare the features."""
    subprocess.run(f"head -n {rows} data.csv > {small}", shell=True, check=True)
    os.environ["SCALE"] = "2"
    scale = float(os.environ["SCALE"])
    with open(small) as file:
        values = [float(row["a"]) for row in csv.DictReader(file)]
    out_5 = sum(values) * scale
    return values, out_5


def evaluate(out_5, values):
    """Measure how well the model does."""
    mean = out_5 / len(values)
    return mean


def main() -> None:
    """Run the pipeline once."""
    args = parse_args()
    tracked = start_tracking() if args.track else None
    values, out_5 = preprocess(rows=args.rows, small=args.small)
    mean = evaluate(out_5, values)
    results = {
        "mean": mean,
    }
    write_results(results, args.output)
    if tracked is not None:
        record(tracked, {"rows": args.rows, "small": args.small}, results)


if __name__ == "__main__":
    main()
