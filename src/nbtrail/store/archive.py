"""A bundle as one file: a zip of plain members, each with its sha-256 in a manifest.

An archive may come from anybody. Its members have names of a few fixed forms, so that none
can lead anywhere, and nothing of it is used before every byte was checked.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import stat
import time
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

from nbtrail._version import __version__
from nbtrail.exceptions import SchemaTooNewError, StoreError
from nbtrail.store.connection import DATABASE
from nbtrail.store.folders import sync_folder
from nbtrail.store.migrations import SCHEMA_VERSION

__all__ = ["SUFFIX", "extract", "write_archive"]

SUFFIX: Final = ".trail"

_FORMAT = "nbtrail-bundle"
_VERSION = 1
_MANIFEST = "manifest.json"
_MEMBER = re.compile(
    rf"{re.escape(DATABASE)}|objects/[0-9a-f]{{2}}/[0-9a-f]{{62}}"
    r"|git/objects/[0-9a-f]{2}/[0-9a-f]{38}"
)
_CHUNK = 1 << 20
_MOST_MEMBERS = 1_000_000
_MOST_MANIFEST = 256 << 20
_SMALL = 1 << 20  # the ratio of small members doesn't matter
_DENSE, _RATIO = 50, 100  # written without compression above the first, refused above the second


def write_archive(target: Path, files: Iterable[tuple[str, Path]], facts: Mapping[str, Any]) -> int:
    """Write an archive; return its size in bytes. It has its name when it is complete.

    Parameters
    ----------
    files : iterable of (str, Path)
        Name inside and file of each member.
    facts : mapping
        What else the manifest says.

    Raises
    ------
    StoreError
        When `target` exists, or nothing can be written.
    """
    if target.exists():
        raise StoreError(f"{target} exists already. Name a new file; nothing was written.")
    temporary = target.with_name(f".{os.urandom(8).hex()}.tmp")
    try:
        listed: dict[str, dict[str, Any]] = {}
        with temporary.open("xb") as raw:
            with zipfile.ZipFile(raw, "w", allowZip64=True) as archive:
                for name, path in files:
                    listed[name] = _add(archive, name, path)
                manifest = {
                    "format": f"{_FORMAT}/{_VERSION}",
                    "schema": SCHEMA_VERSION,
                    "nbtrail": __version__,
                    "created_ms": time.time_ns() // 1_000_000,
                    **facts,
                    "files": listed,
                }
                archive.writestr(
                    zipfile.ZipInfo(_MANIFEST), json.dumps(manifest, indent=1), zipfile.ZIP_DEFLATED
                )
            raw.flush()
            os.fsync(raw.fileno())
            size = raw.tell()
        temporary.rename(target)
        sync_folder(target.parent)
    except OSError as error:
        raise StoreError(f"{target} can't be written: {error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return size


def _add(archive: zipfile.ZipFile, name: str, path: Path) -> dict[str, Any]:
    info = zipfile.ZipInfo(name)  # with a fixed date: equal contents make equal bytes
    info.compress_type = zipfile.ZIP_STORED if _is_dense(path) else zipfile.ZIP_DEFLATED
    info.external_attr = (stat.S_IFREG | 0o644) << 16
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as source, archive.open(info, "w", force_zip64=True) as member:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
            member.write(chunk)
    return {"sha256": digest.hexdigest(), "size": size}


def _is_dense(path: Path) -> bool:
    """Say whether a file would shrink so much that it looked like an attack."""
    squeezer = zlib.compressobj(1)
    size = squeezed = 0
    with path.open("rb") as source:
        while chunk := source.read(_CHUNK):
            size += len(chunk)
            squeezed += len(squeezer.compress(chunk))
    squeezed += len(squeezer.flush())
    return size > 0 and size > _DENSE * squeezed


def extract(path: Path, folder: Path) -> Mapping[str, Any]:
    """Check an archive and write its members into `folder`; return its manifest.

    Raises
    ------
    StoreError
        When anything about it is not as nbtrail writes it.
    SchemaTooNewError
        When a newer nbtrail wrote it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = _members(archive, path)
            manifest = _manifest(archive, members, path)
            _check_sizes(members, manifest["files"], path, folder)
            for name, expected in manifest["files"].items():
                _extract(archive, members[name], expected, folder / name, path)
            return manifest
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        _refuse(path, f"it can't be read as a zip file ({error})")


def _members(archive: zipfile.ZipFile, path: Path) -> dict[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        _refuse(path, f"it has {len(infos)} members")
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        name = info.orig_filename
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            _refuse(path, f"its member {name!r} is a link, a folder or a device")
        if name in members:
            _refuse(path, f"its member {name!r} is there twice")
        if name != _MANIFEST and not _MEMBER.fullmatch(name):
            _refuse(path, f"its member {name!r} has no name of a bundle's")
        if info.flag_bits & 1:
            _refuse(path, f"its member {name!r} is encrypted")
        members[name] = info
    return members


def _manifest(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], path: Path
) -> Mapping[str, Any]:
    info = members.get(_MANIFEST)
    if info is None or info.file_size > _MOST_MANIFEST:
        _refuse(path, "it has no manifest")
    try:
        with archive.open(info) as member:
            manifest = json.loads(member.read(_MOST_MANIFEST))
        form, _, version = manifest["format"].partition("/")
        schema = int(manifest["schema"])
        files = {
            name: (file["sha256"], int(file["size"])) for name, file in manifest["files"].items()
        }
        written_by = str(manifest.get("nbtrail", "unknown"))
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        _refuse(path, f"its manifest can't be read ({error!r})")
    if form != _FORMAT:
        _refuse(path, f"it is of the form {form!r}")
    if version != str(_VERSION) or schema > SCHEMA_VERSION:
        raise SchemaTooNewError(
            f"{path} was written by nbtrail {written_by} (schema version {schema}), but nbtrail "
            f"{__version__} knows up to {SCHEMA_VERSION}. Nothing was merged. Update nbtrail: "
            "pip install -U nbtrail"
        )
    if set(files) != set(members) - {_MANIFEST} or DATABASE not in files:
        _refuse(path, "its manifest names other members than it has")
    return {**manifest, "files": files}


def _check_sizes(
    members: Mapping[str, zipfile.ZipInfo],
    files: Mapping[str, tuple[str, int]],
    path: Path,
    folder: Path,
) -> None:
    for name, (_, size) in files.items():
        info = members[name]
        if info.file_size != size or size < 0:
            _refuse(path, f"its member {name!r} has another size than its manifest says")
        if size > max(_SMALL, _RATIO * info.compress_size):
            _refuse(path, f"its member {name!r} would grow more than {_RATIO} times")
    total = sum(size for _, size in files.values())
    if total > max(_SMALL * len(files), _RATIO * path.stat().st_size):
        _refuse(path, f"it would grow more than {_RATIO} times")
    free = shutil.disk_usage(folder).free
    if total > free:
        raise StoreError(
            f"{path} needs {total / 1e6:.0f} MB, but {free / 1e6:.0f} MB are free beside the trail. "
            "Free some space; nothing was merged."
        )


def _extract(
    archive: zipfile.ZipFile,
    info: zipfile.ZipInfo,
    expected: tuple[str, int],
    target: Path,
    path: Path,
) -> None:
    sha256, size = expected
    target.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    seen = 0
    with archive.open(info) as member, target.open("xb") as file:
        while chunk := member.read(_CHUNK):
            seen += len(chunk)
            if seen > size:
                break
            digest.update(chunk)
            file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    if seen != size or digest.hexdigest() != sha256:
        _refuse(path, f"its member {info.filename!r} is damaged")
    if info.filename.startswith("objects/") and info.filename[8:].replace("/", "") != sha256:
        _refuse(path, f"its member {info.filename!r} has the name of other bytes")


def _refuse(path: Path, why: str) -> NoReturn:
    raise StoreError(
        f"{path} is no bundle that can be merged: {why}. Nothing was merged. Ask for it again: "
        "it is written by nbtrail store bundle RUN -o FILE.trail"
    )
