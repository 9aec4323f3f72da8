"""One attempt: a plan becomes a script with its manifest, is run afresh, and judged."""

from __future__ import annotations

import ast
import hashlib
import os
import sys
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from nbtrail.entities.dataset import Seen
from nbtrail.entities.pipeline import (
    Manifest,
    Outcome,
    PipelineInput,
    PipelineParam,
    Scope,
    Verdict,
)
from nbtrail.entities.run import Run
from nbtrail.exceptions import ExportError, NbtrailError
from nbtrail.fingerprint.files import digest_file
from nbtrail.fingerprint.forms import same_digest
from nbtrail.lineage.graph import Node
from nbtrail.pipeline.boilerplate import STATES
from nbtrail.pipeline.causes import asks, likely_cause, unseeded, withheld
from nbtrail.pipeline.emit import Script, write_script
from nbtrail.pipeline.manifest import file_sha256, relative
from nbtrail.pipeline.plan import Form, Plan
from nbtrail.pipeline.prepare import prepare, suppressed
from nbtrail.pipeline.runner import Replay, replay
from nbtrail.pipeline.sources import Source, sources_of
from nbtrail.pipeline.verify import check_run, job_of
from nbtrail.pipeline.versions import Versions, versions_of
from nbtrail.store.store import Store

__all__ = ["Attempt", "Culprit", "Workshop", "relative"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """A script, what was promised of it, and what a fresh process found."""

    plan: Plan
    script: Script
    sources: tuple[Source, ...]
    manifest: Manifest
    found: Replay
    verdict: Verdict

    @property
    def good(self) -> bool:
        """Whether the fresh process found the same."""
        return self.verdict.outcome is not Outcome.NOT_REPRODUCIBLE


@dataclass(frozen=True, slots=True)
class Culprit:
    """The first statement that made something else when it was repeated.

    Attributes
    ----------
    node : Node
    names : tuple of str
        Variables that differ; empty when it failed.
    error : str
        Name and text of the exception, or empty.
    text : str
        All of it in one sentence.
    """

    node: Node
    names: tuple[str, ...]
    error: str
    text: str


class Workshop:
    """Makes attempts at one run.

    Parameters
    ----------
    folder : Path
        Where the export will lie; nothing is written there.
    requirements : mapping of str to str
        Top-level module to pinned requirement.
    """

    def __init__(
        self,
        store: Store,
        run: Run,
        folder: Path,
        requirements: Mapping[str, str],
        timeout_s: float,
        progress: Callable[[str], None],
    ) -> None:
        self._store = store
        self._run = run
        self._folder = folder
        self._requirements = requirements
        self._timeout_s = timeout_s
        self._progress = progress
        self._tried: set[str] = set()
        environment = run.environment
        self._version = environment.python if environment else _python()
        executable = environment.executable if environment else sys.executable
        self._executable = executable if Path(executable).is_file() else sys.executable

    def attempt(self, plan: Plan, form: Form) -> Attempt | None:
        """Write the script of a plan, run it and judge; None when it was tried before."""
        script, sources = self._script(plan, form)
        data = script.text.encode("utf-8")
        digest = hashlib.sha256(data).hexdigest()
        if digest in self._tried:
            return None
        self._tried.add(digest)
        manifest = self._manifest(plan, script, sources, digest)
        return self.repeat(Attempt(plan, script, sources, manifest, Replay(), _NONE))

    def changes(self, best: Attempt, plan: Plan) -> bool:
        """Say whether a plan gives another script than an attempt has."""
        return self._script(plan, Form(best.manifest.form))[0].text != best.script.text

    def _script(self, plan: Plan, form: Form) -> tuple[Script, tuple[Source, ...]]:
        versions, sources = self._code(plan)
        own: dict[str, set[str]] = {}
        for source in sources:
            own.setdefault(source.module, set()).update(source.imports)
        own = {module: set().union(*own.values()) for module in own if module}
        script = write_script(plan, form, self._requirements, self._version, versions, own)
        return script, sources

    def repeat(self, attempt: Attempt) -> Attempt:
        """Run the script of an attempt again."""
        project = self._store.project
        ready = {
            m.variable for m in self._run.models if m.status == "ready" and m.flavor == "skops"
        }
        job = job_of(
            attempt.manifest,
            attempt.script.text.encode("utf-8"),
            project,
            {s.path: s.text for s in attempt.sources},
            executable=self._executable,
            timeout_s=self._timeout_s,
            models_written=ready.issuperset(attempt.script.models),
        )
        return self.judged(replace(attempt, found=replay(job, progress=self._progress)))

    def judged(self, attempt: Attempt) -> Attempt:
        """Hold what was found against the manifest."""
        project = self._store.project
        hint = _hint(attempt.plan, self._run, project)
        verdict = check_run(attempt.manifest, attempt.found, project, hint=hint)
        return replace(attempt, verdict=verdict)

    def trace(
        self, plan: Plan, held: Collection[Node] | None = None
    ) -> tuple[Culprit | None, bool]:
        """Repeat the statements of a plan one by one, and hold each against its record.

        Parameters
        ----------
        held : collection of Node, optional
            The statements whose values count; all of them when absent.

        Returns
        -------
        Culprit or None
            The first statement that differs.
        bool
            Whether the repetition came to its end.
        """
        versions, sources = self._code(plan)
        prepared = prepare(plan, Form.HISTORY, versions)
        steps: list[dict[str, Any]] = [{"label": "<imports>", "text": "", "values": {}}]
        nodes: list[Node] = [plan.nodes[0]]
        for number, step in enumerate(prepared.steps):
            last = number + 1 == len(prepared.steps) or (
                prepared.steps[number + 1].node != step.node
            )
            counts = last and not step.partial and (held is None or step.node in held)
            values = dict(step.facts.values) if counts else {}
            text = suppressed(step, prepared.translator)
            steps.append({"label": f"<{step.node}>", "text": text, "values": values})
            nodes.append(step.node)
        modules = sorted(prepared.translator.imports)
        steps[0]["text"] = "\n".join(f"import {module}" for module in modules)
        manifest = self._bare(plan, sources)
        job = job_of(
            manifest,
            b"",
            self._store.project,
            {s.path: s.text for s in sources},
            executable=self._executable,
            timeout_s=self._timeout_s,
            trace={"steps": steps},
        )
        found = replay(job, progress=self._progress)
        position = found.trace.get("step", -1)
        if position < 0:
            return None, not found.error
        names, error = tuple(found.trace["names"]), found.trace["error"]
        node = nodes[position]
        return Culprit(node, names, error, _told(plan, node, names, error)), not error

    def _code(self, plan: Plan) -> tuple[Versions, tuple[Source, ...]]:
        versions = versions_of(self._store.reader, plan)
        return versions, sources_of(self._store, plan, versions)

    def _bare(self, plan: Plan, sources: tuple[Source, ...]) -> Manifest:
        run = plan.run
        start = run.start
        return Manifest(
            version=1,
            run_id=run.run_id,
            run_name=run.name,
            created_ms=time.time_ns() // 1_000_000,
            pipeline_sha256="",
            inputs=_inputs(plan, {}, self._store.project),
            project=relative(self._store.project, self._folder),
            cwd=plan.cwd,
            python=self._version,
            modules=tuple(s.entity() for s in sources),
            variables=_variables(plan, sources),
            threads=dict(start.threads) if start is not None else {},
        )

    def _manifest(
        self, plan: Plan, script: Script, sources: tuple[Source, ...], digest: str
    ) -> Manifest:
        run = plan.run
        bare = self._bare(plan, sources)
        drawn = unseeded(plan)
        if drawn and plan.states:
            drawn = f"{drawn} The script restores the state of then, from {STATES}."
        doubts = [drawn, withheld(plan), asks(plan), *(s.doubt for s in sources)]
        doubts += _unset(bare.variables)
        named = {p.path: p.name for p in script.parameters if p.path}
        return replace(
            bare,
            pipeline_sha256=digest,
            params=tuple(
                PipelineParam(p.name, repr(p.value), type(p.value).__name__, p.flag, p.help)
                for p in script.parameters
            ),
            inputs=_inputs(plan, named, self._store.project),
            metrics={m.key: m.last for m in run.metrics},
            data=_data(run),
            models={m.variable or m.name: m.digest for m in run.models if m.digest},
            cells=tuple(f"{run.session_id}:{seq}" for seq in plan.used_cells),
            left_out=plan.left_out,
            form=script.form.value,
            missing=script.missing,
            commit=run.code.commit if run.code else "",
            dirty=run.code.dirty if run.code else None,
            doubts=tuple(filter(None, doubts)),
        )


_NONE = Verdict(Outcome.NOT_REPRODUCIBLE, Scope.SAME_ENVIRONMENT, "")


def _inputs(plan: Plan, names: Mapping[str, str], project: Path) -> tuple[PipelineInput, ...]:
    """Find the files that the script reads; a file that is gone stops the export."""
    recorded = _recorded(plan)
    by_file = {file: names.get(text, "") for text, file in plan.inputs.items()}
    found: list[PipelineInput] = []
    for file in plan.files:
        path = Path(file) if Path(file).is_absolute() else project / file
        if not path.is_file():
            raise ExportError(
                f"Run {plan.run.name or plan.run.run_id[:8]} read {file}, which is gone (looked for "
                f"{path}). A pipeline without its data can't be verified. Put the file back and "
                "export again."
            )
        size = path.stat().st_size
        found.append(
            PipelineInput(
                by_file.get(file, ""), file, file_sha256(path), size, recorded.get(file, "")
            )
        )
    return tuple(found)


def _recorded(plan: Plan) -> dict[str, str]:
    """Return the content digest of each file when the needed statements read it."""
    found: dict[str, str] = {}
    for use in plan.run.datasets:
        if use.dataset.kind == "file" and use.source:
            found[use.source] = use.dataset.digest.content
    for node in plan.nodes:
        found.update(plan.graph.facts[node].digests)
    return found


def _data(run: Run) -> dict[str, str]:
    return {
        f"{use.name} ({use.context.value})": use.dataset.digest.content
        for use in run.datasets
        if use.seen is Seen.CONSUMED
    }


def _variables(plan: Plan, sources: tuple[Source, ...]) -> tuple[str, ...]:
    """Return the environment variables that the code asks for by name, and does not set."""
    written = {
        c.removeprefix("env:")
        for n in plan.graph.order  # what is set here now, the notebook may have set since
        for c in plan.graph.facts[n].channels_written
        if c.startswith("env:")
    }
    found: set[str] = set()
    for text in (*(plan.texts[n][1] for n in plan.nodes), *(s.text for s in sources)):
        if "environ" not in text and "getenv" not in text:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Subscript):
                owner, asked = node.value, node.slice
            elif isinstance(node, ast.Call) and node.args:
                owner, asked = node.func, node.args[0]
            else:
                continue
            known = any(word in ast.unparse(owner) for word in ("environ", "getenv"))
            if known and isinstance(asked, ast.Constant) and isinstance(asked.value, str):
                found.add(asked.value)
    return tuple(sorted(found - written))


def _unset(variables: tuple[str, ...]) -> list[str]:
    return [
        f"The environment variable {name}, which the pipeline reads, is not set here."
        for name in variables
        if name not in os.environ
    ]


def _hint(plan: Plan, run: Run, project: Path) -> str:
    """Name the likely cause of a difference: a file that changed, else a missing seed."""
    for use in run.datasets:
        if use.dataset.kind != "file" or not use.source or not use.dataset.digest.content:
            continue
        try:
            now = digest_file(project / use.source).digest.content
        except NbtrailError:
            continue
        if same_digest(use.dataset.digest.content, now, file=True) is False:
            return f"The file {use.source} changed since the run read it."
    return likely_cause(plan)


def _told(plan: Plan, node: Node, names: tuple[str, ...], error: str) -> str:
    """Say which statement parts from its record, in the notebook's own numbers."""
    cell = next(c for c in plan.cells if c.seq == node[0])
    number = f"In [{cell.execution_count}]" if cell.execution_count else f"cell #{cell.seq}"
    text = plan.texts[node][1].split("\n", 1)[0][:80]
    where = f"{number}, line {plan.graph.facts[node].first_line}: `{text}`"
    if error:
        return f"The first statement that fails is {where}: {error}"
    what = ", ".join(names)
    return f"The first statement that gives something else is {where} ({what} differs)."


def _python() -> str:
    return ".".join(str(n) for n in sys.version_info[:3])
