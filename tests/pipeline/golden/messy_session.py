# /// script
# requires-python = ">=3.11"
# dependencies = [
#     "pandas==0",
#     "scikit-learn==0",
#     "skops==0",
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
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, f1_score
from sklearn.model_selection import train_test_split


def parse_args() -> argparse.Namespace:
    """Read the command line; the defaults are what the run used."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--test-size",
        type=float,
        default=0.3,
        help="as set in the notebook (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        dest="data_path",
        type=str,
        default="data.csv",
        help="input file (default: %(default)s)",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=7,
        help="of all random steps (default: %(default)s)",
    )
    parser.add_argument(
        "--C",
        type=float,
        default=0.3,
        help="of LogisticRegression (default: %(default)s)",
    )
    parser.add_argument(
        "--max-iter",
        type=int,
        default=500,
        help="of LogisticRegression (default: %(default)s)",
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


def save_model(model: object, path: Path) -> None:
    """Save a fitted model in the format of skops, which loads without running code."""
    try:
        from skops.io import dump
    except ImportError:
        print(f"{path.name} was not saved: install skops for that")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    dump(model, path)
    print(f"model: {path}")


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


def ingest(*, data_path: str):
    """Read the data."""
    return pd.read_csv(data_path)


def preprocess(data):
    """Prepare the features."""
    # ratios say more than sums
    data["ratio"] = data["a"] / (data["b"] + 1)
    features = ["a", "b", "ratio"]
    return data, features


def split(data, features, *, test_size: float, seed: int):
    """Split the data for training and testing."""
    X_train, X_test, y_train, y_test = train_test_split(
        data[features], data["y"], test_size=test_size, random_state=seed
    )
    return X_train, X_test, y_train, y_test


def train(X_train, y_train, *, C: float, max_iter: int):
    """Fit the model."""
    model = LogisticRegression(C=C, max_iter=max_iter)
    model.fit(X_train, y_train)
    return model


def evaluate(model, X_test, y_test):
    """Measure how well the model does."""
    predicted = model.predict(X_test)
    accuracy = accuracy_score(y_test, predicted)
    f1 = f1_score(y_test, predicted)
    return accuracy, f1


def main() -> None:
    """Run the pipeline once."""
    args = parse_args()
    tracked = start_tracking() if args.track else None
    data = ingest(data_path=args.data_path)
    data, features = preprocess(data)
    X_train, X_test, y_train, y_test = split(
        data,
        features,
        test_size=args.test_size,
        seed=args.seed,
    )
    model = train(X_train, y_train, C=args.C, max_iter=args.max_iter)
    accuracy, f1 = evaluate(model, X_test, y_test)
    results = {
        "accuracy": accuracy,
        "f1": f1,
    }
    write_results(results, args.output)
    save_model(model, args.output / "model.skops")
    if tracked is not None:
        record(
            tracked,
            {
                "test_size": args.test_size,
                "data_path": args.data_path,
                "seed": args.seed,
                "C": args.C,
                "max_iter": args.max_iter,
            },
            results,
        )


if __name__ == "__main__":
    main()
