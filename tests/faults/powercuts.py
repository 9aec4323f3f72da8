"""The power goes at any moment of a recording: the writes that were recorded are replayed."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

from disk import MODELS, Disk, Event, read_record
from nursery import Nursery
from tally import Outcome, Report, run_trials

__all__ = ["BARRIER_MS", "power_cuts"]

BARRIER_MS = 1000.0
"""The last points of at most so many milliseconds may be lost with the power."""

_RUNS = 12
_EACH = 250  # images of one recording


def power_cuts(count: int, seed: int = 0, *, careless: bool = False) -> Report:
    """Open what the disk holds after a power cut, for each model of a disk.

    Parameters
    ----------
    careless : bool
        Record with a writer that syncs nothing, to see that it would be noticed.
    """
    whole = Report()
    for first in range(0, count, _EACH):
        images = min(_EACH, count - first)
        with tempfile.TemporaryDirectory(prefix="nbtrail-power-") as folder, Nursery() as nursery:
            place, record = Path(folder) / "project", Path(folder) / "record"
            place.mkdir()
            arguments = {"project": place, "record_file": record, "seed": seed + first}
            arguments["careless"] = careless
            nursery.ask("recording:record_writes", runs=_RUNS, points=300, **arguments)
            events = list(read_record(record))
            draw = random.Random(seed + first)
            cases = [
                (draw.randrange(1, len(events)), MODELS[n % len(MODELS)], seed + first + n)
                for n in range(images)
            ]
            whole.include(run_trials(_Cut(events, str(place)), cases))
    return whole


class _Cut:
    def __init__(self, events: list[Event], root: str) -> None:
        self._events = events
        self._root = root

    def __call__(self, nursery: Nursery, case: tuple[int, str, int], folder: Path) -> Outcome:
        until, model, seed = case
        disk = Disk(self._root)
        said = []
        for event in self._events[:until]:
            if event.kind == "N":
                said.append(event.first)
            else:
                disk.apply(event, model)
        project = folder / "project"
        project.mkdir()
        for path, data in sorted(disk.after_power_cut(model, random.Random(seed)).items()):
            place = project / Path(path).relative_to(self._root)
            if data is None:
                place.mkdir(exist_ok=True)
            elif not place.name.endswith("-shm"):  # memory of processes, which are gone
                place.write_bytes(data)
        (folder / "said").write_bytes(b"".join(line + b"\n" for line in said))
        found = nursery.ask("soundness:check", project=project, promises=folder / "said")
        problems = list(found["problems"])
        if found["lost_ms"] > BARRIER_MS:
            problems.append(f"the points of {found['lost_ms']:.0f} ms are lost")
        return Outcome(problems, found["promises"], found["lost_ms"])
