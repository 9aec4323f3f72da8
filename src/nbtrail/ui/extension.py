"""``%load_ext nbtrail`` and ``%unload_ext nbtrail``."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from nbtrail._version import __version__
from nbtrail.capture.trackline import strip_track_line
from nbtrail.exceptions import NbtrailError
from nbtrail.ui.help import HELP
from nbtrail.ui.output import say
from nbtrail.ui.session import NotebookSession

if TYPE_CHECKING:
    from nbtrail.ui.magics import TrackMagic

__all__ = ["load", "unload"]

_session: NotebookSession | None = None


def load(shell: Any) -> None:
    """Start to record in `shell` and register ``%track``."""
    global _session
    if _session is not None:
        print("nbtrail is loaded already.")  # noqa: T201
        return
    # the line is taken away in any case, so that cells run even where nothing can be stored
    shell.input_transformers_cleanup.insert(0, strip_track_line)
    try:
        session = NotebookSession(shell)
    except (NbtrailError, OSError) as error:
        say(f"Nothing is tracked in this session: {error}")
        return
    session.install()
    _session = session
    _register(shell, functools.cache(lambda: _magic(session)))
    print(f"nbtrail {__version__} records into {session.place}; %track? tells more.")  # noqa: T201


def unload(shell: Any) -> None:
    """Restore everything that `load` changed."""
    global _session
    if strip_track_line in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(strip_track_line)
    if _session is not None:
        _session.remove()
        _session = None
        for kind in ("line", "cell"):
            shell.magics_manager.magics[kind].pop("track", None)


def _magic(session: NotebookSession) -> TrackMagic:
    from nbtrail.ui.magics import TrackMagic  # the verbs load much of the rest

    return TrackMagic(session)


def _register(shell: Any, magic: Callable[[], TrackMagic]) -> None:
    def track(line: str, cell: str | None = None) -> Any:
        if cell is None:
            return magic()(line)
        # only callers of run_cell_magic come here: the transformer takes the line away before
        return shell.run_cell(f"%%track {line}\n{cell}").result

    track.__doc__ = HELP
    shell.register_magic_function(track, "line_cell", "track")
    shell.set_hook(
        "complete_command", lambda _shell, event: _complete(magic(), event), str_key="%track"
    )


def _complete(magic: TrackMagic, event: Any) -> list[str]:
    typed = event.line.split()
    if len(typed) > 2 or (len(typed) == 2 and event.line.endswith(" ")):
        return []
    return [verb for verb in magic.verbs if verb.startswith(event.symbol)]
