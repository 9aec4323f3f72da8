"""The whole history of a metric, column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from nbtrail.entities.run import MetricPoint

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

__all__ = ["MetricSeries"]


@dataclass(frozen=True, slots=True, eq=False)
class MetricSeries:
    """A metric's values in the order in which they were logged.

    Attributes
    ----------
    key : str
    steps, timestamps_ms : array of int64
        Times in milliseconds since the epoch.
    values : array of float64
    """

    key: str
    steps: npt.NDArray[np.int64]
    timestamps_ms: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.values)

    def points(self) -> tuple[MetricPoint, ...]:
        """Return the same as one object for each value."""
        columns = (self.values.tolist(), self.steps.tolist(), self.timestamps_ms.tolist())
        return tuple(MetricPoint(self.key, *row) for row in zip(*columns, strict=True))
