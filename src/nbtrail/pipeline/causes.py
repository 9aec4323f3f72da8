"""The likeliest causes of a result that can't be repeated."""

from __future__ import annotations

from nbtrail.capture.secrets import PLACEHOLDER
from nbtrail.lineage.randomness import makes_unseeded
from nbtrail.pipeline.plan import Plan

__all__ = ["likely_cause", "unseeded", "withheld"]

_NAMES = {"rng:numpy": "numpy's global random state", "rng:stdlib": "the random module"}
_FRESH = frozenset({"default_rng", "RandomState", "uuid4", "urandom"})


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
    source = unseeded(plan)
    return f"The likely cause: {source}" if source else ""


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
    seeded: set[str] = set()
    for node in plan.nodes:
        facts = plan.graph.facts[node]
        text = plan.texts[node][1] if node in plan.texts else ""
        for channel, words in _NAMES.items():
            if channel in facts.channels_read and channel not in seeded:
                return (
                    f"`{_first_line(text)}` uses {words}, which no statement "
                    "before it seeded. Set random_state=, or a seed, and run it again."
                )
            if channel in facts.channels_written:
                seeded.add(channel)
        if makes_unseeded(text, _FRESH):
            return (
                f"`{_first_line(text)}` makes a random generator without a seed. "
                "Give it one and run it again."
            )
    return ""


def _first_line(text: str) -> str:
    return text.split("\n", 1)[0][:80]
