"""How well slices hold on the trap cases, with verification and without.

Each case of ``tests/pipeline/tricky`` is a small notebook that says itself which cells its
metric needs. It runs in a real shell with the real recorder and is exported. Reported are the
verdict, whether the first script was right before any verification, and how many irrelevant
statements its slice kept.

Usage: python benchmarks/slicing_score.py [--table FILE] [CASE ...]
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1] / "tests" / "pipeline"
sys.path.insert(0, str(TESTS))

from afresh import call_afresh  # noqa: E402
from harness import read_case  # noqa: E402
from scoring import Score, score_case  # noqa: E402


def cases(words: Sequence[str]) -> list[Path]:
    """Return the cases whose name holds one of the words; all without any."""
    found = sorted((TESTS / "tricky").glob("t*.py"))
    return [p for p in found if not words or any(word in p.stem for word in words)]


def verdict(score: Score) -> str:
    """Say in one word what became of a case."""
    if not score.verified:
        return "refused"
    return "verified" if score.right else "WRONG"


def table(scores: Sequence[Score]) -> str:
    """Return the scores as a Markdown table."""
    lines = [
        "| case | what is tried | verdict | first script, unverified | irrelevant statements |",
        "|---|---|---|---|---|",
    ]
    for score in scores:
        first = score.first.partition(":")[0]
        name = score.case.partition("_")[0]
        lines.append(
            f"| {name} | {score.title} | {verdict(score)} | {first} | {len(score.kept) or ''} |"
        )
    return "\n".join(lines)


def summary(scores: Sequence[Score]) -> str:
    """Return the totals in one sentence each."""
    total = len(scores)
    words = [verdict(s) for s in scores]
    return "\n".join(
        [
            (
                f"{total} cases: {words.count('verified')} verified, {words.count('refused')} refused, "
                f"{words.count('WRONG')} verified with a wrong value."
            ),
            f"Right at first try without verification: {sum(s.first == 'right' for s in scores)}.",
            f"Without any irrelevant statement: {sum(not s.kept for s in scores)}.",
        ]
    )


def main() -> int:
    """Score the cases; the exit code is 1 when one was verified with a wrong value."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("words", nargs="*", help="parts of the names of cases")
    parser.add_argument("--table", type=Path, help="write the Markdown table to this file")
    arguments = parser.parse_args()

    def score(path: Path) -> Score | None:
        library = read_case(path).library
        if library and importlib.util.find_spec(library) is None:
            print(f"{path.stem:36} left out: {library} is not installed", flush=True)
            return None
        try:
            found: Score = call_afresh(score_case, str(path))
        except RuntimeError as error:
            print(f"{path.stem:36} FAILED: {str(error)[-900:]}", flush=True)
            return None
        more = f"  keeps {list(found.kept)}" if found.kept else ""
        more += f"  lacks {list(found.lost)}" if found.lost else ""
        more += f"  {found.culprit}" if not found.verified else ""
        first = "" if found.first == "right" else f" (first: {found.first})"
        print(f"{path.stem:36} {verdict(found)} {found.form}{first}{more}", flush=True)
        return found

    with ThreadPoolExecutor(2) as pool:
        scores = [s for s in pool.map(score, cases(arguments.words)) if s is not None]
    print(summary(scores))
    if arguments.table:
        arguments.table.write_text(f"{table(scores)}\n\n{summary(scores)}\n", encoding="utf-8")
    return int(any(verdict(s) == "WRONG" for s in scores))


if __name__ == "__main__":
    sys.exit(main())
