"""Statements of a notebook run one by one in this process, each compared with what it made then.

Runs inside of `nbtrail.pipeline.replay`, when a script did not find what the run found: the
first statement whose values differ is the one to name, and to look behind of.
"""

from __future__ import annotations

import ast
import asyncio
import inspect
import linecache
import sys
from types import ModuleType
from typing import Any

from nbtrail.lineage.values import value_digest

__all__ = ["retrace"]


def retrace(task: dict[str, Any]) -> dict[str, Any]:
    """Run steps in a module of their own, until one differs or fails.

    Parameters
    ----------
    task : dict
        ``steps``, each with ``label``, ``text`` and ``values`` (name to digest).

    Returns
    -------
    dict
        ``step``, its position, -1 when there is none; ``names`` that differ there; ``error``.
    """
    module = ModuleType("__main__")
    sys.modules["__main__"] = module
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    with asyncio.Runner() as runner:
        for number, step in enumerate(task["steps"]):
            try:
                flags |= _run(step, module.__dict__, runner, flags)
            except BaseException as error:
                return {"step": number, "names": [], "error": f"{type(error).__name__}: {error}"}
            names = [
                name
                for name, digest in step["values"].items()
                if name in module.__dict__
                and value_digest(module.__dict__[name]) not in {digest, ""}
            ]
            if names:
                return {"step": number, "names": names, "error": ""}
    return {"step": -1, "names": [], "error": ""}


def _run(
    step: dict[str, Any], namespace: dict[str, Any], runner: asyncio.Runner, flags: int
) -> int:
    """Run one step, and return the future imports that hold for the next."""
    text, label = step["text"], step["label"]
    linecache.cache[label] = (len(text), None, text.splitlines(keepends=True), label)
    code = compile(text, label, "exec", flags=flags, dont_inherit=True)
    if code.co_flags & inspect.CO_COROUTINE:
        runner.run(_awaited(eval(code, namespace)))  # noqa: S307 - the user's own statements
    else:
        exec(code, namespace)  # noqa: S102
    return int(code.co_flags & annotations.compiler_flag)


async def _awaited(waiting: Any) -> None:
    await waiting
