"""What all plots share: where they are drawn, their colours, and texts that can't break them."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from nbtrail.views.formats import count, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["colours", "decorate", "legend", "page_width", "plain", "png", "without"]

_NAMED = 12  # lines of a legend
_SMALL = 8
_DPI = 100
_SHARPNESS = 1.5  # pixels of a picture for each one of the page


def plain(text: str, most: int = 40) -> str:
    """Return a text as matplotlib shows it unchanged: neither formula nor hidden label."""
    line = shortened(text, most).replace("$", r"\$")
    return f" {line}" if line.startswith("_") else line


def colours(number_of: int) -> list[Any]:
    """Return a colour for each run: ten that differ well, else steps from dark to light."""
    from matplotlib import colormaps

    if number_of <= 10:
        return [colormaps["tab10"](i) for i in range(number_of)]
    return [colormaps["viridis"](0.95 * i / (number_of - 1)) for i in range(number_of)]


def decorate(ax: Axes, *, title: str = "", below: Sequence[str] = ()) -> None:
    """Take away what says nothing, and write notes below the axis' name."""
    ax.spines[["top", "right"]].set_visible(False)
    ax.grid(visible=True, color="0.5", alpha=0.15)
    ax.set_axisbelow(b=True)
    if title:
        ax.set_title(plain(title, 70), loc="left", fontsize=10)
    notes = [note for note in below if note]
    if notes:
        ax.set_xlabel("\n".join((ax.get_xlabel(), *notes)).strip("\n"))


def legend(ax: Axes, handles: Sequence[Any], names: Sequence[str]) -> None:
    """Name the lines beside the axes; of many only the first ones."""
    shown = [plain(name, 28) for name in names[:_NAMED]]
    left = len(names) - len(shown)
    drawn = ax.legend(
        handles[:_NAMED],
        shown,
        loc="upper left",
        bbox_to_anchor=(1.01, 1.0),
        frameon=False,
        fontsize=_SMALL,
        title=f"first {_NAMED} of {len(names)} runs" if left > 0 else None,
        title_fontsize=_SMALL,
        borderaxespad=0.0,
    )
    drawn.set_in_layout(True)


def without(names: Sequence[str], what: str) -> str:
    """Say which runs a plot does not show: ``without loss: a, b``."""
    if not names:
        return ""
    if len(names) > 3:
        return f"{count(len(names), 'run')} without {plain(what)}"
    return f"without {plain(what)}: {', '.join(plain(name, 24) for name in names)}"


def png(draw: Callable[[Axes], object], width: float, height: float) -> bytes:
    """Return a picture, made apart from pyplot: no window, no figure of the user's.

    Parameters
    ----------
    draw : callable
        Takes the axes.
    width, height : float
        In inches.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    out = io.BytesIO()
    # whatever the user set for his own figures, this one must be readable on any page
    with rc_context(), warnings.catch_warnings():
        from matplotlib import rcdefaults, rcParams

        rcdefaults()
        rcParams["font.size"] = 8
        warnings.simplefilter("ignore")  # of letters that the font lacks
        figure = Figure(figsize=(width, height), facecolor="white")
        FigureCanvasAgg(figure)
        draw(figure.add_subplot())
        figure.savefig(out, format="png", dpi=_DPI * _SHARPNESS, bbox_inches="tight")
    return out.getvalue()


def page_width(picture: bytes) -> int:
    """Return how many pixels of a page a PNG of `png` takes; its header tells (RFC 2083)."""
    return round(int.from_bytes(picture[16:20], "big") / _SHARPNESS)
