"""One value of every kind that can be digested, the same on every machine and version."""

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROWS = 70_000  # two blocks

KINDS: dict[str, dict[str, Callable[[], Any]]] = {}


def kind(library: str) -> Callable[[Callable[[], Any]], Callable[[], Any]]:
    def add(make: Callable[[], Any]) -> Callable[[], Any]:
        KINDS.setdefault(library, {})[make.__name__] = make
        return make

    return add


def numbers(dtype: str) -> np.ndarray:
    """Numbers by plain integer arithmetic: no generator whose stream may change."""
    drawn = (np.arange(ROWS, dtype="u8") * 2_654_435_761) % 100_003
    return drawn.astype(dtype) if np.dtype(dtype).kind in "iu" else (drawn / 7).astype(dtype)


for _name in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c16"):
    KINDS.setdefault("numpy", {})[_name] = lambda name=_name: numbers(name)


@kind("numpy")
def boolean():
    return numbers("u4") % 3 == 0


@kind("numpy")
def gaps():
    values = numbers("f8")
    values[::5] = np.nan
    values[1::5] = -0.0
    return values


@kind("numpy")
def whole_floats():
    return np.floor(numbers("f8"))


@kind("numpy")
def beyond_int64():
    return np.array([2**64 - 1, 0], dtype="u8")


@kind("numpy")
def infinite():
    return np.array([np.inf, -np.inf, np.nan, 1.5])


@kind("numpy")
def fortran_order():
    return np.asfortranarray(numbers("f8").reshape(-1, 7))


@kind("numpy")
def three_dimensions():
    return numbers("u1").reshape(-1, 10, 7)


@kind("numpy")
def no_dimension():
    return np.array(2.5)


@kind("numpy")
def empty():
    return np.zeros((0, 3))


@kind("numpy")
def masked():
    return np.ma.array([1, 2, 3], mask=[False, True, False])


@kind("numpy")
def structured():
    return np.array([(1, 2.5), (3, 4.5)], dtype=[("a", "i4"), ("b", "f8")])


@kind("numpy")
def moments():
    return np.array(["2020-01-01T00:00:01", "NaT"], "M8[s]")


@kind("numpy")
def durations():
    return np.array([1, -5], "m8[ms]")


@kind("numpy")
def texts():
    return np.array(["ab", "é", ""])


@kind("numpy")
def mixed_objects():
    return np.array(
        [1, "x", None, 2.5, (1, [2]), {"k": {3, 1}}, b"y", 2**70, decimal.Decimal("1.50")],
        dtype=object,
    )


@kind("scipy")
def sparse():
    import scipy.sparse as sp

    return sp.csr_array(np.where(numbers("i4") % 50 == 0, numbers("i4"), 0).reshape(-1, 100))


@kind("pandas")
def frame():
    import pandas as pd

    return pd.DataFrame(
        {
            "int": numbers("i8"),
            "float": gaps(),
            "flag": boolean(),
            "time": numbers("i8").view("M8[us]"),
            "nullable": pd.array([1, None] * (ROWS // 2), dtype="Int64"),
            "maybe": pd.array([True, None] * (ROWS // 2), dtype="boolean"),
        }
    )


@kind("pandas")
def frame_of_texts():
    import pandas as pd

    return pd.DataFrame(
        {
            "text": pd.Series(["a", None, "é"], dtype=object),
            "cat": pd.Categorical(["x", None, "y"], categories=["z", "y", "x"]),
            "zoned": pd.date_range("2020", periods=3, tz="Europe/Paris"),
            "span": pd.to_timedelta([1, 2, None], unit="s"),
            "period": pd.period_range("2020-01", periods=3, freq="D"),
            "interval": pd.interval_range(0, 3),
            "day": [dt.date(2020, 1, 1), None, dt.date(1999, 12, 31)],
        }
    )


@kind("pandas")
def indexed():
    import pandas as pd

    return pd.DataFrame({"a": [1, 2]}, index=pd.Index(["x", "y"], name="key"))


@kind("pandas")
def levels():
    import pandas as pd

    return pd.MultiIndex.from_product([["a", "b"], [1, 2]], names=["one", None])


@kind("pandas")
def headings():
    import pandas as pd

    columns = pd.MultiIndex.from_tuples([("a", 1), ("a", 2), ("b", 1)])
    return pd.DataFrame(np.arange(6.0).reshape(2, 3) + 0.5, columns=columns)


@kind("pandas")
def series():
    import pandas as pd

    return pd.Series(numbers("i4"), name="s", index=pd.RangeIndex(5, 5 + ROWS))


@kind("polars")
def polars_frame():
    import polars as pl

    return pl.DataFrame(
        {
            "i": [1, None, 3],
            "s": ["a", "é", None],
            "c": pl.Series(["x", "y", "x"], dtype=pl.Categorical),
            "t": [
                day and dt.datetime.fromisoformat(day) for day in ("2020-01-01", None, "9999-01-01")
            ],
            "d": [dt.date(2020, 1, 1), None, None],
            "k": [dt.time(1, 2, 3), None, None],
            "l": [[1, 2], [], None],
            "u": [{"a": 1, "b": "x"}, None, {"a": 2, "b": None}],
            "x": [decimal.Decimal("1.50"), None, decimal.Decimal(2)],
            "b": [b"a", b"", None],
        }
    )


@kind("pyarrow")
def arrow_table():
    import pyarrow as pa

    return pa.table(polars_frame().to_arrow())


@kind("pyarrow")
def arrow_chunks():
    import pyarrow as pa

    return pa.chunked_array([numbers("f8")[:100], numbers("f8")[100:]])


@kind("torch")
def tensor():
    import torch

    return torch.from_numpy(numbers("f4")).reshape(-1, 10).requires_grad_()


@kind("torch")
def half_tensor():
    import torch

    return torch.tensor([0.5, 1.5, float("nan")], dtype=torch.bfloat16)


@kind("pillow")
def image():
    from PIL import Image

    return Image.fromarray(numbers("u1")[:30_000].reshape(100, 100, 3))


@kind("pillow")
def palette_image():
    return image().convert("P", palette=0)


@kind("values")
def text():
    return "é\ud800"


@kind("values")
def octets():
    return b"\x00\xff"


@kind("values")
def numbers_of_lists():
    return [[1, 2.5], [None, 4]]


@kind("values")
def ragged_lists():
    return [[1, 2], [3], [], None]


@kind("values")
def mapping():
    return {"b": np.arange(3), "a": {"x": [1, 2]}, 3: None}


@kind("values")
def sequence_of_arrays():
    return [np.arange(2), np.arange(3)]


@kind("values")
def many_parts():
    return {str(i): np.arange(i % 3) for i in range(1_200)}


@kind("values")
def path_and_moment():
    return [dt.datetime(2020, 1, 1, 2, 3, 4, 5, dt.UTC), dt.timedelta(days=-1), "x"]


class Estimator:
    """A fitted estimator as libraries make them: params, arrays, dicts, sets, a cycle."""

    def __init__(self) -> None:
        self.C, self.missing, self.none = 0.5, float("nan"), None
        self.coef_ = numbers("f8")[:100].reshape(2, 50)
        self.nodes_ = structured()
        self.vocabulary_ = {"b": 1, "a": np.int64(0)}
        self.seen_ = {"x", 3, (1, "z")}
        self.parts_ = [("scale", np.float32(0.5)), ("path", Path("a/b").as_posix())]
        self.kind_ = np.dtype("f4")
        self.me_ = self


@kind("estimators")
def estimator():
    return Estimator()
