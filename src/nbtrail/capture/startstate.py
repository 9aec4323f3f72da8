"""State of the process that changes numbers without being data or code: threads, seeds, generators."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from xxhash import xxh3_128_hexdigest

from nbtrail.entities.provenance import StartState

__all__ = ["Seeds", "start_state"]

_VARIABLES = (
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS", "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "LOKY_MAX_CPU_COUNT",
    "POLARS_MAX_THREADS", "PYTHONHASHSEED", "CUBLAS_WORKSPACE_CONFIG", "MKL_CBWR",
)  # fmt: skip
# the end of a call's name to the generator that it seeds
_SEEDING = {
    "random.seed": "python", "np.random.seed": "numpy", "numpy.random.seed": "numpy",
    "torch.manual_seed": "torch", "torch.cuda.manual_seed_all": "torch.cuda",
    "random.default_rng": "numpy.default_rng", "random.RandomState": "numpy.RandomState",
    "default_rng": "numpy.default_rng", "RandomState": "numpy.RandomState",
    "tf.random.set_seed": "tensorflow", "tensorflow.random.set_seed": "tensorflow",
    "set_random_seed": "keras or polars", "seed_everything": "all", "PRNGKey": "jax",
}  # fmt: skip
_UNKNOWN = "set, value not seen"


class Seeds:
    """The seeds that the statements of a session gave to generators, the latest of each."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def note(self, code: str, namespace: Mapping[str, Any]) -> None:
        """Take a cell that has run.

        Only its text is looked at, with the plain numbers that its names hold: nothing of
        the user's is called.
        """
        if not any(word in code for word in ("seed", "default_rng", "RandomState", "PRNGKey")):
            return
        try:
            tree = ast.parse(code)
        except (SyntaxError, ValueError):
            return
        for generator, value in _seedings(tree, namespace):
            self.known[generator] = value


def start_state(seeds: Mapping[str, str]) -> StartState:
    """Return the state of the process now, with the seeds that are known.

    No generator is asked for a number, and no library is loaded.
    """
    threads = {name: os.environ[name] for name in _VARIABLES if name in os.environ}
    threads["processors"] = str(os.cpu_count() or "unknown")
    if hasattr(os, "sched_getaffinity"):
        threads["usable processors"] = str(len(os.sched_getaffinity(0)))
    torch = sys.modules.get("torch")
    if torch is not None:
        threads["torch"] = _text(torch, "get_num_threads")
    rng = {name: xxh3_128_hexdigest(state) for name, state in _states() if state}
    return StartState({k: v for k, v in threads.items() if v}, dict(seeds), rng)


def _seedings(tree: ast.AST, namespace: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = _dotted(node.func)
        found = [g for end, g in _SEEDING.items() if name == end or name.endswith(f".{end}")]
        if not found:
            continue
        given = [*node.args[:1], *(k.value for k in node.keywords if k.arg in {"seed", "a"})]
        if given:
            # of several ends the longest one says most: np.random.seed is not random.seed
            generator = max(found, key=lambda g: (g != "python", len(g)))
            yield generator, _value(given[0], namespace)


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        above = _dotted(node.value)
        return f"{above}.{node.attr}" if above else node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _value(node: ast.expr, namespace: Mapping[str, Any]) -> str:
    if isinstance(node, ast.Name):
        held = namespace.get(node.id)
        return str(held) if type(held) is int else _UNKNOWN
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return _UNKNOWN
    return repr(value)[:100]


def _states() -> Iterator[tuple[str, bytes]]:
    """Yield the states of the global generators of loaded libraries."""
    random = sys.modules.get("random")
    if random is not None:
        yield "python", repr(random.getstate()).encode()
    numpy = sys.modules.get("numpy.random")
    if numpy is not None:
        try:
            name, keys, *rest = numpy.get_state(legacy=True)
            yield "numpy", keys.tobytes() + repr((name, *rest)).encode()
        except Exception:
            yield "numpy", b""  # replaced by a generator of another form
    torch = sys.modules.get("torch")
    if torch is not None:
        try:
            yield "torch", torch.get_rng_state().numpy().tobytes()
        except Exception:
            yield "torch", b""


def _text(module: Any, name: str) -> str:
    try:
        return str(getattr(module, name)())
    except Exception:
        return ""
