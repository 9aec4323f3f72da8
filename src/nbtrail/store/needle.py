"""What a scrub looks for: a secret in every form in which a trail may hold it."""

from __future__ import annotations

import gzip
import io
import json
import mmap
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, quote_plus

from nbtrail.exceptions import UsageError

__all__ = ["PLACEHOLDER", "Needle"]

PLACEHOLDER: Final = "<redacted:scrubbed>"

_SHORTEST = 5
_MOST = 1 << 31  # bytes of one compressed member that are looked through
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"


class Needle:
    """A secret, or a pattern that finds it.

    Parameters
    ----------
    pattern : re.Pattern of bytes
    """

    def __init__(self, pattern: re.Pattern[bytes]) -> None:
        self.pattern = pattern

    @classmethod
    def secret(cls, text: str) -> Needle:
        """Look for a text: as it is, escaped as in JSON or Python, in a URL, and as UTF-16.

        Raises
        ------
        UsageError
            When it is so short that it would be found everywhere.
        """
        if len(text) < _SHORTEST:
            raise UsageError(
                f"A secret of {len(text)} characters would be found everywhere. Give "
                f"{_SHORTEST} or more, or a --pattern that has what stands around it."
            )
        forms = {
            text.encode(),
            json.dumps(text)[1:-1].encode(),
            json.dumps(text, ensure_ascii=False)[1:-1].encode(),
            json.dumps(json.dumps(text)[1:-1])[1:-1].encode(),
            repr(text)[1:-1].encode(),
            quote(text, safe="").encode(),
            quote_plus(text).encode(),
            text.encode("utf-16-le"),
            text.encode("utf-16-be"),
        }
        longest_first = sorted(forms, key=len, reverse=True)
        return cls(re.compile(b"|".join(map(re.escape, longest_first))))

    @classmethod
    def matching(cls, pattern: str) -> Needle:
        """Look for a regular expression.

        Raises
        ------
        UsageError
            When it can't be understood, or would match everywhere.
        """
        try:
            compiled = re.compile(pattern.encode())
        except re.error as error:
            raise UsageError(f"The pattern can't be understood: {error}.") from error
        if compiled.search(b"") or compiled.search(PLACEHOLDER.encode()):
            raise UsageError(
                f"The pattern matches nothing at all or {PLACEHOLDER!r}, which would take a "
                "secret's place. Make it narrower."
            )
        return cls(compiled)

    def in_bytes(self, data: bytes | mmap.mmap) -> bool:
        """Say whether bytes hold the secret."""
        return self.pattern.search(data) is not None

    def in_text(self, text: str) -> bool:
        """Say whether a text holds the secret."""
        return self.in_bytes(text.encode("utf-8", "surrogatepass"))

    def without(self, data: bytes) -> bytes:
        """Return bytes with a placeholder for the secret."""
        return self.pattern.sub(PLACEHOLDER.encode(), data)

    def out_of(self, text: str) -> str:
        """Return a text with a placeholder for the secret."""
        return self.without(text.encode("utf-8", "surrogatepass")).decode("utf-8", "replace")

    def in_file(self, path: Path) -> bool:
        """Say whether a file holds the secret, inside of zip and gzip files and git's too."""
        if path.stat().st_size == 0:
            return False
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data,
        ):
            if self.in_bytes(data):
                return True
            return any(map(self.in_bytes, _unpacked(data)))


def _unpacked(data: mmap.mmap) -> Iterator[bytes]:
    """Yield what is compressed in a file."""
    head = data[:4]
    try:
        if head == _ZIP:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                for info in archive.infolist():
                    yield info.filename.encode()
                    with archive.open(info) as member:
                        yield member.read(_MOST)
        elif head.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(data)) as member:
                yield member.read(_MOST)
        elif head[0] & 0x0F == 8 and int.from_bytes(head[:2]) % 31 == 0:  # RFC 1950
            yield zlib.decompressobj().decompress(data, _MOST)
    except (OSError, EOFError, ValueError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return  # it only looked like one
