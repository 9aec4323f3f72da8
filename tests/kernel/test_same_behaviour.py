"""The same cells with and without us: outputs, exceptions, namespaces, pickles."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.kernel.conftest import Kernel, Reply

CORPUS = Path(__file__).parent / "corpus"


def cells(name: str) -> list[str]:
    """Read a part of the corpus: cells as people write them, between lines of dashes."""
    return (CORPUS / f"{name}.txt").read_text().removesuffix("\n").split("\n#----\n")


CELLS, INTERRUPTED, PROBES = cells("cells"), cells("interrupted"), cells("probes")

# what differs between any two kernels
_NOISE = [
    (re.compile(r"0x[0-9a-f]+|\bat [0-9a-f]{8,}"), "0x0"),
    (re.compile(r"/tmp/ipykernel_\d+/\d+\.py"), "CELL"),
    (re.compile(r"(times?: |Wall time: )[^\n]*"), r"\1"),
    (re.compile(r"CPU [^\n]*"), "CPU"),
    (re.compile(r"pid=\d+"), "pid"),
    (re.compile(r"\b\d{6,}\.py"), "CELL"),
    (re.compile(r"(\d+)\.\d+( [mnµu]?s)"), r"\1\2"),
]


# Python 3.11 has no taps without a frame, so a traceback through a tapped call shows ours
_OURS = "_nbtrail_tap"


def cleaned(value: Any) -> Any:
    if isinstance(value, str):
        for pattern, replacement in _NOISE:
            value = pattern.sub(replacement, value)
        return value
    if isinstance(value, (tuple, list)):
        hidden = sys.version_info < (3, 12)
        return tuple(
            cleaned(v) for v in value if not (hidden and isinstance(v, str) and _OURS in v)
        )
    return value


def play(kernel: Kernel, prefix: Callable[[str], str]) -> list[tuple[str, Any]]:
    """Run the whole corpus, and return what the front end saw."""
    seen: list[tuple[str, Any]] = []

    def note(source: str, reply: Reply) -> None:
        outputs = [o for o in reply.outputs if o[0] != "receipt"]
        seen.append((source, (reply.status, cleaned(outputs))))

    for source in CELLS:
        note(source, kernel.run(prefix(source)))
    for source in INTERRUPTED:
        reply = kernel.run(prefix(source), interrupt_after=1.0)
        names = [o[1] for o in reply.outputs if o[0] == "error"]
        seen.append((source, (reply.status, names)))
    for source in PROBES:
        note(source, kernel.run(source))
    return seen


def as_it_is(source: str) -> str:
    return source


def below(first: str) -> Callable[[str], str]:
    """Put a line above each cell, where one can stand."""

    def change(source: str) -> str:
        return source if source.startswith(("%%", "from __future__")) else f"{first}\n{source}"

    return change


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    made = (tmp_path / "one" / "project", tmp_path / "two" / "project")
    for folder in made:
        folder.mkdir(parents=True)
        (folder / "script.py").write_text("made_by_script = x + 41\n")
    return made


@pytest.mark.parametrize(
    ("bare", "ours"),
    [(as_it_is, as_it_is), (below("#"), below("%%track"))],
    ids=["loaded", "every cell tracked"],
)
def test_cells_do_what_they_do_without_us(
    kernel: Callable[..., Kernel],
    folders: tuple[Path, Path],
    bare: Callable[[str], str],
    ours: Callable[[str], str],
) -> None:
    plain, tracked = kernel(folders[0]), kernel(folders[1])
    plain.run("pass")
    assert tracked.run("%load_ext nbtrail").status == "ok"
    expected, found = play(plain, bare), play(tracked, ours)
    different = [
        (source, one, other)
        for (source, one), (_, other) in zip(expected, found, strict=True)
        if other != one
    ]
    assert different == []
    kept = int(tracked.value("len(__import__('nbtrail').runs())"))
    assert (kept > len(CELLS) // 2) is (ours is not as_it_is)
