"""What a run takes: time and memory."""

from __future__ import annotations

import os
import sys
import time

from nbtrail.entities.provenance import Resources

__all__ = ["Meter"]


class Meter:
    """Runs from the start of a run to its end."""

    def __init__(self) -> None:
        self._wall = time.perf_counter()
        self._cpu = _cpu_s()

    def read(self) -> Resources:
        """Return what was used so far."""
        return Resources(
            wall_s=time.perf_counter() - self._wall,
            cpu_s=_cpu_s() - self._cpu,
            peak_memory=_peak_memory(),
            gpu_memory=_gpu_memory(),
        )


def _cpu_s() -> float:
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def _peak_memory() -> int:
    """Return the most resident memory of this process so far; 0 where nobody says it."""
    try:
        import resource
    except ImportError:  # Windows
        return 0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak << 10  # getrusage(2): kilobytes on Linux


def _gpu_memory() -> int:
    """Return the memory in use on the fullest GPU, when the user's code has loaded NVML."""
    nvml = sys.modules.get("pynvml")
    if nvml is None:
        return 0
    try:
        devices = [nvml.nvmlDeviceGetHandleByIndex(i) for i in range(nvml.nvmlDeviceGetCount())]
        return max((int(nvml.nvmlDeviceGetMemoryInfo(d).used) for d in devices), default=0)
    except Exception:  # not initialised, or no device
        return 0
