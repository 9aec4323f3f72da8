"""Some input rows beside a model: for people, for MLflow, and as a request to a server.

The request is one of the Open Inference Protocol, version 2 (MLServer, KServe, Triton): a
tensor for each column of a table, or one for an array.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, Final

__all__ = ["EXAMPLE", "REQUEST", "write_example"]

EXAMPLE: Final = "input_example.json"
REQUEST: Final = "v2_request.json"

_ROWS = 5
_LONGEST = 100_000  # characters: an example is to be looked at

# Kind and size of a numpy dtype to the names of the protocol.
_DATATYPES = {"b": "BOOL", "i": "INT{}", "u": "UINT{}", "f": "FP{}"}


def write_example(example: Any, folder: Path) -> dict[str, str] | None:
    """Write the first rows of an example and the request that asks for their prediction.

    Returns
    -------
    dict or None
        What an MLmodel file says of it; None when nothing was written, since the rows are no
        table and no array of plain values.
    """
    if getattr(example, "columns", None) is not None:
        found = _of_table(example)
    else:
        found = _of_array(example)
    if found is None:
        return None
    texts = [json.dumps(part, ensure_ascii=False, allow_nan=False) for part in found]
    if sum(map(len, texts)) > _LONGEST:
        return None
    for name, text in zip((EXAMPLE, REQUEST), texts, strict=True):
        (folder / name).write_text(text + "\n", encoding="utf-8")
    if "columns" not in found[0]:
        return {"artifact_path": EXAMPLE, "type": "ndarray", "format": "tf-serving"}
    return {"artifact_path": EXAMPLE, "type": "dataframe", "pandas_orient": "split"}


def _of_table(frame: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    names = [str(name) for name in frame.columns]
    head = frame[:_ROWS]
    columns = [_plain(head[name].to_numpy()) for name in frame.columns]
    if len(set(names)) < len(names) or any(column is None for column in columns):
        return None
    given = [(name, *column) for name, column in zip(names, columns, strict=True) if column]
    tensors: list[dict[str, Any]] = [
        {"name": name, "shape": [len(values), 1], "datatype": kind, "data": values}
        for name, kind, values in given
    ]
    for tensor in tensors:
        if tensor["datatype"] == "BYTES":
            tensor["parameters"] = {"content_type": "str"}
    rows = [list(row) for row in zip(*(values for _, _, values in given), strict=True)]
    return (
        {"columns": names, "data": rows},
        {"parameters": {"content_type": "pd"}, "inputs": tensors},
    )


def _of_array(value: Any) -> tuple[dict[str, Any], dict[str, Any]] | None:
    import numpy as np

    if not isinstance(value, np.ndarray) or not value.ndim:
        return None
    head = value[:_ROWS]
    found = _plain(head.ravel())
    if found is None:
        return None
    kind, values = found
    nested = np.array(values, dtype=object).reshape(head.shape).tolist()
    tensor = {"name": "input-0", "shape": list(head.shape), "datatype": kind, "data": values}
    return (
        {"inputs": nested},
        {"parameters": {"content_type": "np"}, "inputs": [tensor]},
    )


def _plain(values: Any) -> tuple[str, list[Any]] | None:
    """Return datatype and values as JSON has them, None for values of other kinds."""
    kind = values.dtype.kind
    if kind in _DATATYPES and values.dtype.itemsize <= 8:
        found = [_number(value) for value in values.tolist()]
        return _DATATYPES[kind].format(8 * values.dtype.itemsize), found
    if kind == "M":
        return "BYTES", values.astype("datetime64[us]").astype(str).tolist()
    found = [_number(value) for value in values.tolist()]
    kinds = {type(value) for value in found if value is not None}
    if kinds <= {str}:
        return "BYTES", found
    return ("FP64", found) if kinds <= {bool, int, float} else None


def _number(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
