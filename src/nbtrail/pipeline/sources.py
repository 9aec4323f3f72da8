"""The project's own modules and scripts that a pipeline needs, as they were when it ran."""

from __future__ import annotations

import ast
import hashlib
import json
import posixpath
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from nbtrail.capture.commits import commit_files, read_blobs
from nbtrail.capture.secrets import PLACEHOLDER
from nbtrail.entities.pipeline import PipelineModule
from nbtrail.entities.provenance import CodeVersion
from nbtrail.exceptions import ExportError, NbtrailError
from nbtrail.pipeline.boilerplate import STATES
from nbtrail.pipeline.plan import Plan
from nbtrail.pipeline.versions import Versions
from nbtrail.store.store import Store

__all__ = ["Source", "sources_of"]

_DYNAMIC = frozenset({"import_module", "__import__", "run_module", "find_spec"})
_INIT = "__init__.py"


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the project's own code.

    Attributes
    ----------
    path : str
        Relative to the project.
    beside : str
        Its place in the exported folder; empty for a script that is run, not imported.
    text : str
    doubt : str
        Why this may not be what ran, in one sentence, or empty.
    """

    path: str
    beside: str
    text: str
    doubt: str = ""

    @property
    def module(self) -> str:
        """The top-level module that it is, or is a part of; empty for a script."""
        if not self.beside or not self.beside.endswith(".py"):
            return ""
        return PurePosixPath(self.beside).parts[0].removesuffix(".py")

    @property
    def imports(self) -> set[str]:
        """Top-level modules that it imports."""
        return {name.partition(".")[0] for name in _imported(self.text)} if self.module else set()

    def entity(self) -> PipelineModule:
        """Return what the manifest says of it."""
        digest = hashlib.sha256(self.text.encode("utf-8")).hexdigest()
        return PipelineModule(self.path, self.beside, digest)


def sources_of(store: Store, plan: Plan, versions: Versions) -> tuple[Source, ...]:
    """Return the modules that the statements of a plan import, and the scripts that they run.

    Raises
    ------
    ExportError
        When one of them held a secret, which was not stored.
    """
    shelf = _Shelf(store, plan, versions)
    texts = [plan.texts[node][1] for node in plan.nodes]
    found: dict[str, Source] = {}
    todo = [name for text in texts for name in _imported(text)]
    if any(word in text for word in _DYNAMIC for text in texts):
        todo += shelf.names
    done: set[str] = set()
    while todo:
        name = todo.pop()
        if name in done:
            continue
        done.add(name)
        source = shelf.module(name)
        if source is None:
            continue
        found[source.path] = source
        package = name if source.path.endswith(_INIT) else name.rpartition(".")[0]
        todo += [name.rpartition(".")[0]] if "." in name else []
        todo += _imported(source.text, package)
    for name, sha256 in versions.later.items():
        place = f"{name}.py"
        found[place] = Source(place, place, store.reader.source(sha256))
    for path in plan.modules:
        if path not in found:
            source = shelf.script(path)
            if source is not None:
                found[path] = source
    if plan.states:
        states = {channel: json.loads(state) for channel, state in plan.states.items()}
        found[STATES] = Source(STATES, STATES, json.dumps(states) + "\n")
    for source in found.values():
        if PLACEHOLDER in source.text:
            raise ExportError(
                f"Run {plan.run.name or plan.run.run_id[:8]} can't be exported: its module "
                f"{source.path} held a secret, which was not stored, so its script could not run. "
                'Read the secret from an environment variable (os.environ["NAME"]) there, and run '
                "the cells again."
            )
    return tuple(found[path] for path in sorted(found))


class _Shelf:
    """Where sources are found: as recorded, in the snapshot, in the commit, as they are now."""

    def __init__(self, store: Store, plan: Plan, versions: Versions) -> None:
        self._store = store
        self._plan = plan
        session = plan.run.session_id
        last = max(seq for seq, _ in plan.nodes)
        modules = store.reader.modules(session, last) if session else ()
        self._recorded = {
            m.name: replace(m, sha256=versions.first.get(m.name) or m.sha256) for m in modules
        }
        self._paths = {m.path: m for m in modules}

    @property
    def names(self) -> list[str]:
        """All modules that the session had loaded."""
        return list(self._recorded)

    def module(self, name: str) -> Source | None:
        """Return a module by its dotted name; None when it is none of the project's."""
        known = self._recorded.get(name)
        if known is not None:
            beside = name.replace(".", "/")
            beside += f"/{_INIT}" if PurePosixPath(known.path).name == _INIT else ".py"
            return Source(known.path, beside, self._store.reader.source(known.sha256))
        inner = name.replace(".", "/")
        for root in dict.fromkeys((self._plan.cwd, ".", "src")):
            for tail in (f"{inner}.py", f"{inner}/{_INIT}"):
                path = posixpath.normpath(posixpath.join(root, tail))
                if (self._store.project / path).is_file():
                    source = self._kept(path)
                    return Source(path, tail, source.text, source.doubt)
        return None

    def script(self, path: str) -> Source | None:
        """Return a file by its path relative to the project."""
        if Path(path).is_absolute() or not (self._store.project / path).is_file():
            return None
        if path in self._paths:
            return Source(path, "", self._store.reader.source(self._paths[path].sha256))
        return self._kept(path)

    def _kept(self, path: str) -> Source:
        code = self._plan.run.code
        if code is not None:
            data = _from_git(self._store, code, path)
            if data is not None:
                return Source(path, "", data.decode("utf-8", "replace"))
        text = (self._store.project / path).read_text("utf-8", errors="replace")
        doubt = f"File {path}: its text when the run used it was not kept; the present one is used."
        return Source(path, "", text, doubt)


def _from_git(store: Store, code: CodeVersion, path: str) -> bytes | None:
    """Return a file of the recorded working tree, or None when that is not known."""
    if code.dirty is None or any(text.partition(": ")[0] == path for text in code.left_out):
        return None
    name = path.encode()
    base = code.commit
    try:
        if code.snapshot:
            snapshot = store.snapshots.read(code.snapshot)
            base = snapshot.base or base
            if name in snapshot.files:
                return store.snapshots.blob(snapshot.files[name][1])
            if name in snapshot.deleted:
                return None
        files = commit_files(store.project, base) if base else None
        if not files or name not in files:
            return None
        return dict(read_blobs(store.project, {name: files[name]})).get(name)
    except (NbtrailError, OSError):
        return None


def _imported(text: str, package: str = "") -> list[str]:
    """Return the dotted names that a text imports; of ``from a import b`` also ``a.b``."""
    found: list[str] = []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found += _with_parents(alias.name)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".") if package else []
            base = parts[: len(parts) - node.level + 1] if node.level else []
            name = ".".join([*base, *filter(None, [node.module])])
            if name:
                found += _with_parents(name)
            found += [f"{name}.{alias.name}".strip(".") for alias in node.names]
    return found


def _with_parents(name: str) -> Iterable[str]:
    parts = name.split(".")
    return [".".join(parts[: n + 1]) for n in range(len(parts))]
