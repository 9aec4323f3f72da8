"""How fast data are digested, beside what else reads or hashes the same memory.

Three parts, each with its references measured in the same process and in turn. Speeds are
those of the fastest repetition; ratios of arrays are medians of the ratio of each repetition,
which other programs on the machine disturb least.

arrays   a digest against reading the memory (sum), against raw xxh3 over the buffer in one
         piece, and against xxh3 over the blocks of the canonical form (integers that need more
         than a byte have eight there): what no digest of this form can beat
frame    a mixed frame of two million rows: digest, digest of the unchanged frame, of one with
         a column changed, profile; joblib.hash, pandas' hash_pandas_object, MLflow's dataset
         digest (when mlflow or mlflow-skinny is installed); and how many of 20 small changes
         each of them sees, and how many of 3 equal frames it calls changed
files    a file in the page cache: digest, unchanged, plain read

Usage: python benchmarks/digest_speed.py [MEGABYTES] [REPETITIONS]
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
from xxhash import xxh3_128_digest

from nbtrail.fingerprint import digest
from nbtrail.fingerprint.files import digest_file
from nbtrail.fingerprint.leaves import BLOCK
from nbtrail.fingerprint.profiles import profile

ROWS = 2_000_000


def rounds(repetitions: int, *works: Callable[[], Any]) -> list[list[float]]:
    """Return the seconds of each in each repetition, measured in turn."""
    found: list[list[float]] = [[] for _ in works]
    for _ in range(repetitions):
        for times, work in zip(found, works, strict=True):
            started = time.perf_counter()
            work()
            times.append(time.perf_counter() - started)
    return found


def least(repetitions: int, *works: Callable[[], Any]) -> list[float]:
    """Return the least seconds of each, measured in turn."""
    return [min(times) for times in rounds(repetitions, *works)]


def canonical_blocks(values: np.ndarray) -> list[memoryview]:
    """Return the bytes that a digest has to hash, block by block."""
    flat = values.reshape(-1)
    if flat.dtype.kind in "iu":
        flat = flat.astype("u1" if flat.min() >= 0 and flat.max() <= 255 else "i8", copy=False)
    flat = flat.view("u1").reshape(len(flat), -1)
    return [flat[start : start + BLOCK].data for start in range(0, len(flat), BLOCK)]


def arrays(megabytes: int, repetitions: int) -> None:
    """Print the speed of arrays by dtype and layout."""
    rng = np.random.default_rng(0)
    count = megabytes * 1_000_000 // 8 // 100 * 100
    floats = rng.normal(size=count)
    gaps = floats.copy()
    gaps[rng.random(count) < 0.1] = np.nan
    numbers = rng.integers(0, 30_000, count)
    cases = {
        "float64": floats,
        "float64, 10 % NaN": gaps,
        "float64, whole": np.floor(floats * 100),
        "float32": floats.astype("f4"),
        "int64": numbers,
        "int64, 0 to 99": numbers % 100,
        "int32": numbers.astype("i4"),
        "uint8": (numbers % 256).astype("u1"),
        "bool": numbers % 2 == 0,
        "datetime64[ns]": numbers.cumsum().view("M8[ns]"),
        "100 columns, C order": floats.reshape(-1, 100),
        "100 columns, F order": np.asfortranarray(floats.reshape(-1, 100)),
    }
    print(f"{'array':<22} {'digest':>11} {'of xxh3':>8} {'of its form':>12} {'of a read':>10}")
    for name, values in cases.items():
        buffer = values.T if values.flags.f_contiguous else values
        read = buffer.reshape(-1).view("u1").view("i8" if buffer.nbytes % 8 == 0 else "u1")
        blocks = canonical_blocks(buffer)
        ours, *others = rounds(
            repetitions,
            lambda values=values: digest(values),
            lambda buffer=buffer: xxh3_128_digest(buffer.reshape(-1).view("u1")),
            lambda blocks=blocks: [xxh3_128_digest(block) for block in blocks],
            lambda read=read: np.add.reduce(read),
        )
        raw, form, memory = (
            statistics.median(other / own for other, own in zip(times, ours, strict=True))
            for times in others
        )
        print(
            f"{name:<22} {values.nbytes / min(ours) / 1e9:6.1f} GB/s {raw:8.0%} {form:12.0%} "
            f"{memory:10.0%}"
        )


def mixed(rows: int = ROWS) -> pd.DataFrame:
    """Return a frame as they are: numbers with and without gaps, texts, categories, times."""
    rng = np.random.default_rng(1)
    frame = {f"float{i}": rng.normal(size=rows) for i in range(6)}
    frame["gaps"] = np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows))
    frame |= {f"int{i}": rng.integers(0, 10**6, rows) for i in range(4)}
    frame["flag"] = rng.random(rows) < 0.5
    frame["text"] = pd.array(rng.choice(["red", "green", "blue"], rows), dtype="str")
    frame["category"] = pd.Categorical(rng.choice(["a", "b", "c", "d"], rows))
    frame["time"] = pd.date_range("2020", periods=rows, freq="s")
    frame["count"] = pd.array(rng.integers(0, 9, rows), dtype="Int64")
    return pd.DataFrame(frame)


def changes() -> dict[str, Callable[[pd.DataFrame], pd.DataFrame]]:
    """Return 20 small changes of a frame, five kinds at four places."""
    found: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {}
    for row in (0, ROWS // 3, ROWS // 2, ROWS - 1):
        found |= {
            f"float {row}": lambda f, row=row: cell(f, row, "float3", 9.0),
            f"gap {row}": lambda f, row=row: cell(f, row, "float1", np.nan),
            f"int {row}": lambda f, row=row: cell(f, row, "int2", -1),
            f"text {row}": lambda f, row=row: cell(f, row, "text", "violet"),
            f"time {row}": lambda f, row=row: cell(f, row, "time", pd.Timestamp("1999")),
        }
    return found


def cell(frame: pd.DataFrame, row: int, column: str, value: object) -> pd.DataFrame:
    """Return the frame with one other value."""
    frame = frame.copy()
    frame.loc[row, column] = value
    return frame


def equal_frames(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the same data in other memory: copied, put together, in one dtype by another way."""
    halves = [frame.iloc[: ROWS // 2], frame.iloc[ROWS // 2 :]]
    return [frame.copy(), pd.concat(halves), frame.assign(text=frame["text"].astype(object))]


def mlflow_digest() -> Callable[[pd.DataFrame], Any] | None:
    """Return MLflow's digest of a pandas dataset, if it is installed."""
    try:
        from mlflow.data import from_pandas  # type: ignore[import-not-found]
    except ImportError:
        return None
    return lambda frame: from_pandas(frame).digest


def frames(repetitions: int) -> None:
    """Print what a mixed frame costs, and what is seen of its changes."""
    frame = mixed()
    size = int(frame.memory_usage(deep=False).sum())
    theirs: dict[str, Callable[[pd.DataFrame], Any] | None] = {
        "joblib.hash": joblib.hash,
        "hash_pandas_object": lambda f: int(pd.util.hash_pandas_object(f).sum()),
        "MLflow": mlflow_digest(),
    }
    tools: dict[str, Callable[[pd.DataFrame], Any] | None] = {
        "nbtrail": lambda f: digest(f).digest.content,
        **theirs,
    }
    print(f"\nframe of {ROWS:,} rows and {frame.shape[1]} columns, {size / 1e6:.0f} MB")
    fresh = [frame.copy() for _ in range(repetitions)]
    waiting = iter(fresh)
    (whole,) = least(repetitions, lambda: digest(next(waiting)))
    digest(frame)
    (again,) = least(repetitions, lambda: digest(frame))
    (column,) = least(repetitions, lambda: digest(fresh[0].assign(int0=0)))
    plain = frame.drop(columns=["category", "time", "count"]).copy()
    digest(plain)
    (kept,) = least(repetitions, lambda: digest(plain))
    (summary,) = least(repetitions, lambda: profile(frame))
    small = pd.DataFrame(np.random.default_rng(2).normal(size=(1_000, 10)))
    little, least_summary = least(50, lambda: digest(small), lambda: profile(small))
    print(f"{'digest':<22} {whole * 1e3:9.1f} ms {size / whole / 1e9:6.1f} GB/s")
    print(f"{'  unchanged':<22} {again * 1e3:9.2f} ms  1/{whole / again:.0f} of it")
    print(f"{'  only numpy and texts':<22} {kept * 1e3:9.2f} ms  1/{whole / kept:.0f} of it")
    print(f"{'  of a derived frame':<22} {column * 1e3:9.1f} ms {column / whole:7.0%} of it")
    print(f"{'  profile beside it':<22} {summary * 1e3:9.1f} ms {summary / whole:7.0%} of it")
    print(
        f"{'  of 1,000 x 10 floats':<22} {least_summary * 1e3:9.2f} ms, digest {little * 1e3:.2f} ms"
    )
    print(f"{'':<22} {'time':>12} {'of ours':>9} {'missed':>9} {'false alarms':>13}")
    for name, tool in tools.items():
        if tool is None:
            print(f"{name:<22} {'not installed':>12}")
            continue
        copy = frame.copy()
        started = time.perf_counter()
        before = tool(copy)
        taken = time.perf_counter() - started
        missed = sum(tool(change(frame)) == before for change in changes().values())
        alarms = sum(tool(other) != before for other in equal_frames(frame))
        print(
            f"{name:<22} {taken * 1e3:9.0f} ms {taken / whole:8.1f}x {missed:>3} of 20 "
            f"{alarms:>8} of 3"
        )


def files(megabytes: int, repetitions: int) -> None:
    """Print what a file in the page cache costs."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.bin"
        path.write_bytes(os.urandom(1_000_000) * megabytes)
        # just touched, so that no earlier digest of it counts
        ours, plain, touched = least(
            repetitions, lambda: (path.touch(), digest_file(path)), path.read_bytes, path.touch
        )
        ours -= touched
        time.sleep(2.5)
        digest_file(path)
        (again,) = least(repetitions, lambda: digest_file(path))
        size = path.stat().st_size
    print(f"\nfile of {megabytes} MB in the page cache")
    print(f"{'digest':<22} {size / ours / 1e9:6.1f} GB/s {plain / ours:8.0%} of read_bytes")
    print(f"{'  unchanged':<22} {again * 1e6:6.0f} us")


def main() -> None:
    """Measure all three."""
    megabytes = int(sys.argv[1]) if len(sys.argv) > 1 else 256
    repetitions = int(sys.argv[2]) if len(sys.argv) > 2 else 15
    arrays(megabytes, repetitions)
    frames(min(repetitions, 4))
    files(megabytes, repetitions)


if __name__ == "__main__":
    main()
