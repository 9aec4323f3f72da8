r"""Text for terminals: what a name holds may be seen, but never does anything there.

A run's name, a metric's key or a file's path may hold escape sequences that clear the screen,
set the title or answer for the user, and marks that turn the direction of reading. Each such
character is shown as its escape (``\\x1b``).
"""

from __future__ import annotations

import re

__all__ = ["visible", "visible_json"]

# C0 but TAB and LF, DEL, C1 (U+009B begins a sequence as ESC [ does), and what Unicode has to
# turn the direction of text or to end lines and paragraphs
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    """Return a text in which nothing acts on a terminal; lines and tabs stay."""
    return _ACTING.sub(_escape, text)


def visible_json(text: str) -> str:
    """Return a JSON text with the same values in which nothing acts on a terminal."""
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _escape(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
