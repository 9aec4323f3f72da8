"""Who owns a run, and whether that process still lives.

A process is known by host, boot, process id and its start time, so that neither a
restart of the machine nor a reused process id can pass for it.
"""

from __future__ import annotations

import functools
import os
import socket
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "HEARTBEAT_S",
    "HOST_LOST",
    "PROCESS_DIED",
    "Lost",
    "Owner",
    "find_lost",
    "now_ms",
    "this_owner",
]

HEARTBEAT_S = 5.0
PROCESS_DIED = "process died"
HOST_LOST = "host lost"
_HOST_LOST_MS = 10 * 60 * 1000


@dataclass(frozen=True, slots=True)
class Owner:
    """Identity of a process that writes.

    Attributes
    ----------
    token : str
        Random, 16 hex digits.
    boot : str
        Id of the machine's boot and of the process namespace; empty when unknown.
    process_start : str
        The operating system's start time of the process, opaque; empty when unknown.
    heartbeat_ms : int
        Last sign of life.
    """

    token: str
    host: str
    boot: str
    pid: int
    process_start: str
    heartbeat_ms: int


@dataclass(frozen=True, slots=True)
class Lost:
    """An owner that is gone: why, and when it was last seen."""

    token: str
    reason: str
    seen_ms: int
    rebooted: bool


def now_ms() -> int:
    """Return the present in milliseconds since the epoch."""
    return time.time_ns() // 1_000_000


def this_owner() -> Owner:
    """Return the identity of this process; a forked child has its own."""
    return _owner_of(os.getpid())


def find_lost(owners: Iterable[Owner], now: int | None = None) -> tuple[Lost, ...]:
    """Return those of `owners` that are gone."""
    moment = now_ms() if now is None else now
    me = this_owner()
    return tuple(lost for owner in owners if (lost := _lost(owner, me, moment)) is not None)


def _lost(owner: Owner, me: Owner, now: int) -> Lost | None:
    if owner.token == me.token:
        return None
    if owner.host == me.host and owner.boot == me.boot and owner.boot:
        if _lives(owner.pid, owner.process_start):
            return None
        return Lost(owner.token, PROCESS_DIED, owner.heartbeat_ms, rebooted=False)
    if now - owner.heartbeat_ms > _HOST_LOST_MS:
        rebooted = owner.host == me.host
        return Lost(owner.token, HOST_LOST, owner.heartbeat_ms, rebooted=rebooted)
    return None


@functools.lru_cache(maxsize=1)
def _owner_of(pid: int) -> Owner:
    return Owner(
        token=os.urandom(8).hex(),
        host=socket.gethostname(),
        boot=_boot(),
        pid=pid,
        process_start=_process_start(pid) or "",
        heartbeat_ms=now_ms(),
    )


def _boot() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        # containers share the machine's boot, but not its process ids
        return f"{boot}/{Path('/proc/self/ns/pid').readlink().name}"
    except OSError:
        # without a boot id: minute of the boot by the clocks, stable to the drift of NTP
        seconds = time.time() - time.clock_gettime(_BOOTTIME) if _BOOTTIME is not None else 0
        return f"up-{round(seconds / 300)}" if seconds else ""


_BOOTTIME: int | None = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _process_start(pid: int) -> str | None:
    """Return the start time of a process, None when it is no more, "" when unknown."""
    if not Path("/proc/self/stat").exists():
        return "" if _signalled(pid) else None
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = text.rpartition(")")[2].split()  # the name before it may hold blanks
    return None if fields[0] in {"Z", "X"} else fields[19]


def _lives(pid: int, start: str) -> bool:
    found = _process_start(pid)
    return found is not None and (not found or not start or found == start)


if sys.platform == "win32":
    import ctypes

    def _signalled(pid: int) -> bool:
        # os.kill(pid, 0) would end the process there
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if not handle:
            return False
        ctypes.windll.kernel32.CloseHandle(handle)
        return True

else:

    def _signalled(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        except OSError:
            return True
        return True
