"""Files of a run: artifacts, texts, figures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from nbtrail.capture.audit import unwatched
from nbtrail.capture.guard import note_failure, warn_once
from nbtrail.capture.outputs import Figure
from nbtrail.entities.model import Artifact, is_artifact_path
from nbtrail.exceptions import StoreError, UsageError
from nbtrail.store import operations
from nbtrail.store.store import Store

__all__ = ["RunFiles"]

_DURABLE_S = 0.25  # how long a cell waits for the commit of an artifact

_MEDIA_TYPES = {
    ".csv": "text/csv", ".html": "text/html", ".json": "application/json", ".md": "text/markdown",
    ".pdf": "application/pdf", ".png": "image/png", ".svg": "image/svg+xml", ".txt": "text/plain",
}  # fmt: skip
_SUFFIXES = {"image/png": ".png", "image/svg+xml": ".svg", "image/jpeg": ".jpg"}


class RunFiles:
    """What an open run offers for files; `run_id` says whose they are."""

    def __init__(self, store: Store, run_id: str) -> None:
        self._store = store
        self.run_id = run_id
        self._figures = 0

    def log_artifact(self, path: str | os.PathLike[str], artifact_path: str = "") -> None:
        """Keep a file, or every file of a folder but the trail itself, with the run.

        Parameters
        ----------
        path : path-like
            The local file or folder.
        artifact_path : str
            Folder inside the run, with forward slashes.

        Raises
        ------
        UsageError
            When there is nothing at `path`.
        """
        source = Path(path)
        if not source.exists():
            raise UsageError(
                f"There is no file or folder {os.fspath(path)!r} (looked from {Path.cwd()}). "
                "Write it before you log it."
            )
        base = _inside(artifact_path)
        trail = self._store.root.resolve()
        files = (
            [source] if source.is_file() else sorted(f for f in source.rglob("*") if f.is_file())
        )
        files = [file for file in files if trail not in file.resolve().parents]
        if source.is_dir():
            # a link in a folder may lead to any file of the machine: nobody chose to keep that
            within = source.resolve()
            away = [file for file in files if within not in file.resolve().parents]
            files = [file for file in files if file not in away]
            if away:
                names = ", ".join(sorted(file.name for file in away)[:5])
                warn_once(f"Links in {source} lead out of it and were not kept: {names}.")
        root = source.parent
        for file in files:
            with unwatched():
                self._add(_portable(base / file.relative_to(root).as_posix()), file)

    def log_bytes(self, data: bytes, artifact_path: str) -> None:
        """Keep bytes as a file of the run; a full disk is a warning."""
        path = _inside(artifact_path)
        if not path.name:
            raise UsageError(f"A file of a run needs a name, but got {artifact_path!r}.")
        self._add(str(path), data)

    def log_text(self, text: str, artifact_path: str) -> None:
        """Keep a text as a file of the run (UTF-8)."""
        self.log_bytes(text.encode("utf-8"), artifact_path)

    def log_dict(self, data: Mapping[str, Any], artifact_path: str) -> None:
        """Keep a mapping as a JSON file of the run."""
        self.log_text(json.dumps(data, indent=2, ensure_ascii=False, default=str), artifact_path)

    def log_figure(self, figure: Any, artifact_path: str) -> None:
        """Keep a matplotlib figure (anything with ``savefig``) as an image."""
        from io import BytesIO

        path = _inside(artifact_path)
        if not hasattr(figure, "savefig"):
            raise UsageError(
                f"log_figure needs an object with savefig (a matplotlib figure), "
                f"but got {type(figure).__name__}."
            )
        stream = BytesIO()
        figure.savefig(stream, format=path.suffix.lstrip(".") or "png", bbox_inches="tight")
        self.log_bytes(stream.getvalue(), str(path if path.suffix else path.with_suffix(".png")))

    def add_figures(self, figures: Iterable[Figure]) -> None:
        """Keep images that were seen, numbered through the run; nobody waits for them."""
        for figure in figures:
            self._figures += 1
            sha256, size = self._store.objects.put_bytes(figure.data)
            path = f"figures/figure-{self._figures}{_SUFFIXES[figure.media_type]}"
            artifact = Artifact(path, sha256, size, figure.media_type)
            self._store.submit(operations.log_artifact(self.run_id, artifact))

    def _add(self, path: str, content: Path | bytes) -> None:
        """Keep a file or bytes; what the disk refuses must not end somebody's training."""
        objects = self._store.objects
        try:
            if isinstance(content, bytes):
                sha256, size = objects.put_bytes(content)
            else:
                sha256, size = objects.put_file(content)
        except StoreError as error:
            cause = error.__cause__
            if getattr(cause, "filename", None) == str(content):  # theirs can't be read
                note_failure(path, error)
            else:
                why = getattr(cause, "strerror", None) or error
                # the same text for every file: a full disk must not warn once per epoch
                warn_once(
                    f"Files can't be kept with their runs in {objects.root}: {why}. The runs go on "
                    "without them. Your code is not affected."
                )
            return
        media = _MEDIA_TYPES.get(PurePosixPath(path).suffix.lower(), "application/octet-stream")
        self._store.call(
            operations.log_artifact(self.run_id, Artifact(path, sha256, size, media)), _DURABLE_S
        )


def _inside(path: str) -> PurePosixPath:
    """Return a relative path that stays inside the run's artifacts."""
    result = PurePosixPath(str(path).replace("\\", "/"))
    if result.parts and not is_artifact_path(str(result)):
        raise UsageError(
            f"Artifact path {path!r} must be relative, without '..', a drive or a zero byte."
        )
    return result


def _portable(path: PurePosixPath) -> str:
    """Return the path of a file that is there, such as every system can have it."""
    text = str(path).replace("\\", "_")
    return text if is_artifact_path(text) else text.replace(":", "_")
