"""Interactive forms in the notebook; each shows a plain page where there are no widgets.

``%track widget compare|promote|export|live`` shows the same. The forms need ipywidgets in the
kernel and in JupyterLab; the live view needs anywidget there: ``pip install nbtrail[live]``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from nbtrail.exceptions import MissingExtraError

if TYPE_CHECKING:
    from nbtrail.ui.forms.compare import CompareForm
    from nbtrail.ui.forms.export import ExportForm
    from nbtrail.ui.forms.live import LiveView
    from nbtrail.ui.forms.promote import PromoteForm

__all__ = ["compare", "export", "live", "promote"]


def compare(*refs: str) -> CompareForm:
    """Choose runs from a list and see what differs, with one curve drawn as wanted.

    Parameters
    ----------
    *refs : str
        RUN: those it begins with; the two newest otherwise.
    """
    from nbtrail.ui.forms.compare import CompareForm

    return CompareForm(refs)


def promote(run: str = "last", target: str = "") -> PromoteForm:
    """See champion and candidate side by side and what the gates say, then promote.

    Parameters
    ----------
    run : str
        RUN: the candidate it begins with.
    target : str
        ``fraud@champion``.
    """
    from nbtrail.ui.forms.promote import PromoteForm

    return PromoteForm(run, target)


def export(run: str = "last", folder: str = "pipeline") -> ExportForm:
    """Export a run and watch its verification step by step.

    Parameters
    ----------
    run : str
        RUN.
    folder : str
        A new or empty one, relative to where the kernel started.
    """
    from nbtrail.ui.forms.export import ExportForm

    return ExportForm(run, folder)


def live() -> LiveView:
    """Watch the curves of this session's runs grow while they train.

    Raises
    ------
    MissingExtraError
        Without anywidget.
    """
    try:
        import anywidget  # noqa: F401 - asked for here, to tell what is missing
    except ImportError:
        raise MissingExtraError("anywidget", "live") from None
    from nbtrail.tracking.process import present_tracker
    from nbtrail.ui.forms.live import LiveView

    tracker = present_tracker()
    return LiveView(0 if tracker is None else tracker.session.started_ms)
