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

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

NUMBERS = ["a", "b"]


def load(path, least=0.0):
    """Read the table, small rows left out."""
    table = pd.read_csv(path)
    return table[table["a"] >= least]


def log_all(table):
    # small values count, too
    return np.log1p(table)


def parse_args() -> argparse.Namespace:
    """Read the command line; the defaults are what the run used."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--seed",
        dest="SEED",
        type=int,
        default=42,
        help="as set in the notebook (default: %(default)s)",
    )
    parser.add_argument(
        "--data",
        type=str,
        default="data.csv",
        help="input file (default: %(default)s)",
    )
    parser.add_argument(
        "--n-estimators",
        type=int,
        default=20,
        help="of RandomForestClassifier (default: %(default)s)",
    )
    parser.add_argument(
        "--max-depth",
        type=int,
        default=3,
        help="of RandomForestClassifier (default: %(default)s)",
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


def ingest(*, data: str):
    """Read the data."""
    return load(data, least=0.05)


def validate(table):
    """Check the data."""
    assert not table.isna().any().any(), "there are missing values"
    if len(table) < 20:
        raise ValueError("too few rows")


def split(table, *, SEED: int):
    """Split the data for training and testing."""
    X_train, X_test, y_train, y_test = train_test_split(
        table.drop(columns="y"), table["y"], random_state=SEED
    )
    return X_train, X_test, y_train, y_test


def train(X_train, y_train, *, n_estimators: int, max_depth: int, SEED: int):
    """Fit the model."""
    numbers = make_pipeline(FunctionTransformer(log_all), StandardScaler())
    columns = ColumnTransformer(
        [("numbers", numbers, NUMBERS), ("kinds", OneHotEncoder(), ["g"])]
    )
    model = make_pipeline(
        columns,
        RandomForestClassifier(
            n_estimators=n_estimators, max_depth=max_depth, random_state=SEED
        ),
    )
    model.fit(X_train, y_train)
    return model


def evaluate(model, X_test, y_test):
    """Measure how well the model does."""
    score = model.score(X_test, y_test)
    return score


def main() -> None:
    """Run the pipeline once."""
    args = parse_args()
    tracked = start_tracking() if args.track else None
    table = ingest(data=args.data)
    validate(table)
    X_train, X_test, y_train, y_test = split(table, SEED=args.SEED)
    model = train(
        X_train,
        y_train,
        n_estimators=args.n_estimators,
        max_depth=args.max_depth,
        SEED=args.SEED,
    )
    score = evaluate(model, X_test, y_test)
    results = {
        "accuracy": score,
    }
    write_results(results, args.output)
    if tracked is not None:
        record(
            tracked,
            {
                "SEED": args.SEED,
                "data": args.data,
                "n_estimators": args.n_estimators,
                "max_depth": args.max_depth,
            },
            results,
        )


if __name__ == "__main__":
    main()
