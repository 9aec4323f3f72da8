"""The images of compared runs below each other, each once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nbtrail.entities.comparison import ImageRow
from nbtrail.views.document import Block, Line, Picture, Section, faint, strong
from nbtrail.views.formats import count

__all__ = ["image_sections"]


def image_sections(
    rows: Sequence[ImageRow], names: Sequence[str], data: Mapping[str, bytes]
) -> list[Block]:
    """Return the images that are at hand, and how many are not.

    Parameters
    ----------
    names : sequence of str
        Of the runs.
    data : mapping
        From the sha256 of an image to its bytes.
    """
    blocks: list[Block] = []
    absent: set[str] = set()
    for row in rows:
        pictures: list[Block] = []
        holders: dict[str, list[int]] = {}
        for position, image in enumerate(row.artifacts):
            if image is not None:
                holders.setdefault(image.sha256, []).append(position)
        for sha256, positions in holders.items():
            image = row.artifacts[positions[0]]
            if image is None or sha256 not in data:
                absent.add(sha256)
                continue
            whose = ", ".join(names[position] for position in positions)
            pictures.append(Line(((strong(whose),),)))
            pictures.append(
                Picture(data[sha256], f"{row.path} of {whose}", media_type=image.media_type)
            )
        if pictures:
            blocks.append(Section(row.path, tuple(pictures)))
    if absent:
        left = f"{count(len(absent), 'image')} not shown here: too large, or of another type"
        blocks.append(Line(((faint(left),),)))
    return blocks
