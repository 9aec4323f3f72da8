"""The bytes of packed curves are the same for ever; the TypeScript side reads the same file."""

from __future__ import annotations

import math
from pathlib import Path

from nbtrail.entities.curve import Curve
from nbtrail.views.contract_compare import packed_curves

GOLDEN = Path(__file__).parents[2] / "labextension" / "contract" / "curves.bin"
CURVES = (
    Curve(0, "loss", (0.0, 1.0, 2.0), (0.5, math.nan, 0.25), 3),
    Curve(2, "größe", (10.0, 20.0), (math.inf, -1e300), 10_000),
)


def test_the_bytes_are_those_that_the_panel_reads():
    assert packed_curves(CURVES, "step") == GOLDEN.read_bytes()
