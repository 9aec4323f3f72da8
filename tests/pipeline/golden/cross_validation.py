# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "numpy==0",
#     "pandas==0",
#     "scikit-learn==0",
# ]
# ///
"""Training pipeline of run brave-otter.

Written by nbtrail from the cells of work.ipynb that the run's
results depend on (run 00000000000000000000000000000000).
Metrics are printed and written to metrics.json in the --output folder.
"""

import argparse
import json
from pathlib import Path

import pandas as pd
from sklearn.model_selection import KFold, cross_val_score
from sklearn.svm import SVC


def parse_args() -> argparse.Namespace:
    """Read the command line; the defaults are what the run used."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data",
        dest="data_path",
        type=str,
        default="data.csv",
        help="input file (default: %(default)s)",
    )
    parser.add_argument(
        "--more",
        dest="more_path",
        type=str,
        default="more.csv",
        help="input file (default: %(default)s)",
    )
    parser.add_argument(
        "--n-splits",
        type=int,
        default=4,
        help="of KFold (default: %(default)s)",
    )
    parser.add_argument(
        "--shuffle",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="of KFold (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=3,
        help="of all random steps (default: %(default)s)",
    )
    parser.add_argument(
        "--C",
        type=float,
        default=2.0,
        help="of SVC (default: %(default)s)",
    )
    parser.add_argument(
        "--gamma",
        type=float,
        default=0.5,
        help="of SVC (default: %(default)s)",
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


def restore_random_state() -> None:
    """Put the random generators, which nobody had seeded, where the run found them."""
    import numpy

    place = Path(__file__).with_name("random_state.json")
    states = json.loads(place.read_text(encoding="utf-8"))
    numpy.random.set_state(states["rng:numpy"])


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


def ingest(*, data_path: str, more_path: str):
    """Read the data."""
    train = pd.read_csv(data_path)
    more = pd.read_csv(more_path)
    return train, more


def preprocess(train, more):
    """Prepare the features."""
    return pd.concat([train, more], ignore_index=True)


def split(*, n_splits: int, shuffle: bool, seed: int):
    """Split the data for training and testing."""
    return KFold(n_splits=n_splits, shuffle=shuffle, random_state=seed)


def evaluate(data, folds, *, C: float, gamma: float):
    """Measure how well the model does."""
    scores = cross_val_score(
        SVC(C=C, gamma=gamma), data[["a", "b"]], data["y"], cv=folds
    )
    accuracy = scores.mean()
    spread = scores.std()
    return accuracy, spread


def main() -> None:
    """Run the pipeline once."""
    args = parse_args()
    tracked = start_tracking() if args.track else None
    restore_random_state()
    train, more = ingest(data_path=args.data_path, more_path=args.more_path)
    data = preprocess(train, more)
    folds = split(n_splits=args.n_splits, shuffle=args.shuffle, seed=args.seed)
    accuracy, spread = evaluate(data, folds, C=args.C, gamma=args.gamma)
    results = {
        "accuracy": accuracy,
        "spread": spread,
    }
    write_results(results, args.output)
    if tracked is not None:
        record(
            tracked,
            {
                "data_path": args.data_path,
                "more_path": args.more_path,
                "n_splits": args.n_splits,
                "shuffle": args.shuffle,
                "seed": args.seed,
                "C": args.C,
                "gamma": args.gamma,
            },
            results,
        )


if __name__ == "__main__":
    main()
