"""The likeliest causes of a result that can't be repeated."""

from __future__ import annotations

import re

from nbtrail.capture.secrets import PLACEHOLDER
from nbtrail.entities.pipeline import Verdict
from nbtrail.lineage.graph import Node
from nbtrail.lineage.randomness import makes_unseeded
from nbtrail.pipeline.plan import Plan

__all__ = [
    "advice",
    "asks",
    "draws_unseeded",
    "final",
    "likely_cause",
    "reads_clock",
    "unseeded",
    "withheld",
]

_NAMES = {"rng:numpy": "numpy's global random state", "rng:stdlib": "the random module"}
_FRESH = frozenset({"default_rng", "RandomState", "uuid4", "urandom"})


def advice(error: str) -> str:
    """Return what a user can do about an error of a pipeline, as a sentence behind it."""
    for words, text in _ADVICE:
        if any(word in error for word in words):
            return f" {text}"
    return ""


_ADVICE = (
    (
        ("runs without network", "Network is unreachable", "Name or service not known",
         "Temporary failure in name resolution", "Could not resolve host"),
        "Download the data once into a file of the project, read that, and run the cells again.",
    ),
    (
        ("EOF when reading a line", "StdinNotImplementedError"),
        (
            "It waits for an answer at the keyboard, and nobody is there. Put the answer into a "
            "variable instead of input(), and run the cell again."
        ),
    ),
    (
        ("MemoryError", "code -9"),
        "It may have run out of memory: close other programs, and verify again.",
    ),
    (
        ("ModuleNotFoundError", "ImportError"),
        "Install it in the environment that verifies, or export the run where it is installed.",
    ),
    (
        ("Permission denied", "Read-only file system"),
        "A verification writes only to its scratch folder; use a relative path there.",
    ),
)  # fmt: skip


def final(verdict: Verdict) -> bool:
    """Say whether a pipeline failed for a reason that more of the notebook can't mend."""
    words = (
        "did not end within",
        "runs without network",
        "EOF when reading a line",
        "it changed since",
    )
    return any(word in verdict.culprit for word in words)


def asks(plan: Plan) -> str:
    """Return one sentence on a statement that waits for an answer, or an empty text."""
    for node in plan.nodes:
        text = plan.texts[node][1]
        if re.search(r"(?<![\w.])(input|getpass)\(|\bgetpass\.getpass\(", text):
            return (
                f"`{_first_line(text)}` waits for an answer at the keyboard. Put the answer into "
                "a variable there, and run the cell again."
            )
    return ""


def likely_cause(plan: Plan) -> str:
    """Return one sentence on what can't be repeated in a plan, or an empty text."""
    for node in plan.nodes:
        text = plan.texts[node][1] if node in plan.texts else ""
        if plan.graph.facts[node].error.startswith(("KeyboardInterrupt", "interrupted")):
            return f"The likely cause: `{_first_line(text)}` was interrupted half-way."
        if plan.loop_pass < 0 and "start_run" in text and text.startswith(("for ", "while ")):
            return "The likely cause: the run is one pass of a loop, and it is not known which."
        if "reload(" in text:
            return (
                f"The likely cause: `{_first_line(text)}` loaded a module again that was edited "
                "during the session, and only its present text is at hand."
            )
    causes = (_captured, _edited_since, unseeded, _of_the_system, reads_clock, _orders_texts)
    source = next(filter(None, (cause(plan) for cause in causes)), "")
    return f"The likely cause: {source}" if source else ""


_CLOCK = re.compile(
    r"\btime\.(time|time_ns|monotonic|perf_counter\w*|process_time\w*)\(|\b(perf_counter|time_ns)\(|"
    r"\.(now|today|utcnow)\(|\buuid[14]\("
)
_SYSTEM = re.compile(
    r"\b(urandom|SystemRandom|randbelow|randbits|token_(bytes|hex|urlsafe))\(|\bsecrets\.choice\("
)
_CAPTURED = re.compile(r"^%%capture\s+(?:-\S+\s+)*([^\W\d]\w*)\s*$", re.MULTILINE)
_SET = re.compile(r"\b(set|frozenset)\(|\{[^{}:]+\}")


def reads_clock(plan: Plan) -> str:
    """Return one sentence on a statement whose value is of its moment, or an empty text."""
    return _matching(
        plan,
        _CLOCK,
        "is another value at each moment. Write down the value that the result needs, and run it "
        "again.",
    )


def _of_the_system(plan: Plan) -> str:
    return _matching(
        plan,
        _SYSTEM,
        "takes random bytes of the operating system, which no seed repeats. Write down the value "
        "that the result needs, and run it again.",
    )


def _matching(plan: Plan, pattern: re.Pattern[str], what: str) -> str:
    """Say `what` of the first statement that a pattern finds, or nothing."""
    texts = (plan.texts[node][1] for node in plan.nodes)
    return next((f"`{_first_line(text)}` {what}" for text in texts if pattern.search(text)), "")


def _captured(plan: Plan) -> str:
    read = {name for node in plan.nodes for name in plan.graph.facts[node].reads}
    for cell in plan.cells:
        found = _CAPTURED.search(cell.source)
        if found and found[1] in read:
            return (
                f"`{found[0]}` keeps what a cell printed, which a script can't. Let the cell put "
                "the value into a variable, and use that."
            )
    return ""


def _edited_since(plan: Plan) -> str:
    """Return one sentence on a file that somebody else changed after it was read."""
    if plan.project is None:
        return ""
    ended = {cell.seq: cell for cell in plan.cells}
    written = set(plan.graph.written_files())
    for node in plan.nodes:
        for channel in plan.graph.facts[node].channels_read:
            if not channel.startswith("file:") or channel in written:
                continue
            path = channel.removeprefix("file:")
            cell = ended[node[0]]
            try:
                changed_ms = (plan.project / path).stat().st_mtime_ns // 1_000_000
            except OSError:
                continue
            if changed_ms > cell.ended_ms:
                return (
                    f"{path} was changed after In [{cell.execution_count}] read it, and only its "
                    "present content is at hand. Run that cell again, or keep a copy of the file "
                    "under another name."
                )
    return ""


def _orders_texts(plan: Plan) -> str:
    start = plan.run.start
    if start is not None and "PYTHONHASHSEED" in start.threads:
        return ""
    for node in plan.nodes:
        text = plan.texts[node][1]
        if _SET.search(text) and ("'" in text or '"' in text):
            return (
                f"`{_first_line(text)}` makes a set; the order of texts in a set is another one in "
                "each process. Use sorted(...) of it where the order matters."
            )
    return ""


def withheld(plan: Plan) -> str:
    """Return one sentence on a secret that the script lacks, or an empty text."""
    for node in plan.nodes:
        text = plan.texts[node][1] if node in plan.texts else ""
        if PLACEHOLDER in text:
            return (
                f"`{_first_line(text)}` held a secret, which was not stored. Read it from an "
                "environment variable and run it again."
            )
    return ""


def unseeded(plan: Plan) -> str:
    """Return one sentence on the first source of randomness without a seed, or an empty text."""
    found = _first_unseeded(plan)
    return found[1] if found is not None else ""


def draws_unseeded(plan: Plan, node: Node) -> bool:
    """Say whether a statement is the first source of randomness without a seed."""
    found = _first_unseeded(plan)
    return found is not None and found[0] == node


def _first_unseeded(plan: Plan) -> tuple[Node, str] | None:
    seeded: set[str] = set()
    for node in plan.nodes:
        facts = plan.graph.facts[node]
        text = plan.texts[node][1] if node in plan.texts else ""
        if makes_unseeded(text, _FRESH):
            return node, (
                f"`{_first_line(text)}` makes a random generator without a seed. "
                "Give it one and run it again."
            )
        for channel, words in _NAMES.items():
            if channel in facts.channels_read and channel not in seeded:
                seeding = "np.random.seed(0)" if channel == "rng:numpy" else "random.seed(0)"
                return node, (
                    f"`{_first_line(text)}` uses {words}, which no statement before it seeded. "
                    f"Set its random_state=, or put `{seeding}` above it, and run it again."
                )
            if channel in facts.channels_written:
                seeded.add(channel)
    return None


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0][:80]
