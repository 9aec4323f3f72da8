"""Which recorded cells, of any notebook, wrote the files that a run depends on."""

from __future__ import annotations

from nbtrail.entities.origin import FileOrigin
from nbtrail.entities.run import Run
from nbtrail.lineage.graph import build_graph
from nbtrail.lineage.slice import backward_slice, criteria
from nbtrail.store.reader import Reader

__all__ = ["file_origins"]


def file_origins(reader: Reader, run: Run) -> tuple[FileOrigin, ...]:
    """Return the writers of the files that a run read, by file.

    The files that the run itself opened count, and those that earlier cells of its session
    read for it. A file that was changed since its last recorded writing keeps its edge, and
    is marked.
    """
    found: dict[str, FileOrigin] = {}
    for (path, content), seq in _files(reader, run).items():
        origin = reader.origin(path, content, (run.session_id, seq))
        if origin is not None:
            found.setdefault(path, origin)
    return tuple(found[path] for path in sorted(found))


def _files(reader: Reader, run: Run) -> dict[tuple[str, str], int]:
    """Return path and content of each file, with the cell that read it."""
    files = {
        (use.source, use.dataset.digest.content): run.first_cell
        for use in run.datasets
        if use.source and not use.query and "://" not in use.source
    }
    if run.last_cell < 0:
        return files
    graph = build_graph(reader.cells(run.session_id, 0, run.last_cell))
    for node in backward_slice(graph, *criteria(run, graph)):
        for path, content in graph.facts[node].digests:
            files.setdefault((path, content), node[0])
    return files
