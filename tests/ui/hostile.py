"""Texts that would do harm where a text is taken for markup, and runs that are full of them."""

from __future__ import annotations

from nbtrail.entities.dataset import Column, Dataset, DatasetContext, DatasetUse, Digest, Seen
from nbtrail.entities.provenance import CodeVersion
from nbtrail.entities.run import (
    Amendment,
    Experiment,
    Mark,
    MarkKind,
    Metric,
    Param,
    RunStatus,
)

BORN = 1_790_000_000_000
CORPUS = (
    "<img src=x onerror='window.hacked=1'>",
    '"><script>window.hacked=1</script>',
    "<svg/onload=window.hacked=1>",
    "javascript:window.hacked=1//",
    "'-window.hacked=1-'",
    "${window.hacked=1}{{constructor.constructor('window.hacked=1')()}}",
    "</textarea><iframe srcdoc='<script>parent.hacked=1</script>'>",
    "<a href='javascript:window.hacked=1'>x</a>",
    "\u202e<b onmouseover=window.hacked=1>",
    "<style>*{display:none}</style>",
)


def hostile(text):
    """Fields of a run with `text` wherever a user's text can stand."""
    digest = Digest("xxh3-128/1:" + "ab" * 16, "xxh3-128/1:" + "cd" * 16)
    columns = (Column(text, text, "0" * 32, ("1" * 32,)), Column("b", "int64", "2" * 32))
    dataset = Dataset(digest, "table", 3, columns)
    return {
        "experiment": Experiment(text, text),
        "note": text,
        "user": text,
        "reason": text,
        "status": RunStatus.FAILED,
        "source": f"{text}.ipynb",
        "params": (Param(text, text), Param("d", text, is_default=True)),
        "metrics": (Metric(text, 0.5, 0.1, 0.9, 3, origin=text, role=text),),
        "tags": {text: text},
        "marks": (Mark(MarkKind.UNSEEDED, text),),
        "code": CodeVersion("a" * 40, text, dirty=True, changed=(text,), remote=text),
        "datasets": (DatasetUse(dataset, text, DatasetContext.TRAINING, Seen.CONSUMED, text),),
        "amendments": (Amendment("param", text, text, text, BORN, text),),
    }
