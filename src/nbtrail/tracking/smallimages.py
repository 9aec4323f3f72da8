"""The images of compared runs that a page can carry in itself."""

from __future__ import annotations

from collections.abc import Callable

from nbtrail.entities.comparison import Comparison
from nbtrail.exceptions import StoreError

__all__ = ["LARGEST", "MOST", "SHOWN", "small_images"]

SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""Types of images that a browser shows without running anything."""
LARGEST = 500_000
"""Bytes of one image."""
MOST = 8_000_000
"""Bytes of all of them: what most mail servers let pass, once it is text."""


def small_images(
    comparison: Comparison, read: Callable[[str], bytes], runs: int
) -> dict[str, bytes]:
    """Read the images of the first runs as far as they are small, those that differ first.

    Parameters
    ----------
    read : callable
        From the sha256 of an object to its bytes; an object that is missing is left out.
    runs : int
        How many runs the page shows.

    Returns
    -------
    dict
        From the sha256 of an image to its bytes.
    """
    found: dict[str, bytes] = {}
    room = MOST
    for row in comparison.images:
        for image in row.artifacts[:runs]:
            if image is None or image.sha256 in found or image.media_type not in SHOWN:
                continue
            if image.size > min(LARGEST, room):
                continue
            try:
                found[image.sha256] = read(image.sha256)
            except StoreError:
                continue
            room -= image.size
    return found
