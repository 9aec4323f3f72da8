"""A real kernel in a process of its own, spoken to as a front end does."""

from __future__ import annotations

import os
import queue
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from jupyter_client.manager import KernelManager

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass
class Reply:
    """What the front end got for one cell."""

    outputs: list[tuple[Any, ...]] = field(default_factory=list)
    images: list[dict[str, str]] = field(default_factory=list)
    status: str = ""

    @property
    def text(self) -> str:
        return "".join(
            text for kind, *rest in self.outputs if kind == "stream" for text in rest[1:]
        )


class Kernel:
    """One kernel; `run` executes a cell and gives everything that came back."""

    def __init__(self, folder: Path, environment: dict[str, str] | None = None) -> None:
        self.manager = KernelManager(kernel_name="python3")
        self.manager.start_kernel(
            cwd=str(folder), env={**os.environ, "PYTHONWARNINGS": "default", **(environment or {})}
        )
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=60)

    def run(self, source: str, cell_id: str = "", interrupt_after: float = 0.0) -> Reply:
        content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
        message = self.client.session.msg("execute_request", content)
        if cell_id:
            message["metadata"]["cellId"] = cell_id
        self.client.shell_channel.send(message)
        return self._collect(message["header"]["msg_id"], interrupt_after)

    def value(self, expression: str) -> str:
        """Return the text of an expression's value."""
        reply = self.run(f"print({expression})")
        assert reply.status == "ok", reply.outputs
        return reply.text.strip()

    def _collect(self, identity: str, interrupt_after: float) -> Reply:
        reply = Reply()
        started = time.monotonic()
        while True:
            try:
                message = self.client.get_iopub_msg(timeout=0.2)
            except queue.Empty:
                if interrupt_after and time.monotonic() - started > interrupt_after:
                    self.manager.interrupt_kernel()
                    interrupt_after = 0.0
                assert time.monotonic() - started < 120, "the cell does not end"
                continue
            if message["parent_header"].get("msg_id") != identity:
                continue
            content, kind = message["content"], message["msg_type"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            self._add(reply, kind, content)
        while True:
            answer = self.client.get_shell_msg(timeout=60)
            if answer["parent_header"].get("msg_id") == identity:
                reply.status = answer["content"]["status"]
                return reply

    def _add(self, reply: Reply, kind: str, content: dict[str, Any]) -> None:
        if kind == "stream":
            last = reply.outputs[-1] if reply.outputs else ()
            if last[:2] == ("stream", content["name"]):
                reply.outputs[-1] = (*last[:2], last[2] + content["text"])
            else:
                reply.outputs.append(("stream", content["name"], content["text"]))
        elif kind in ("execute_result", "display_data", "update_display_data"):
            data = content["data"]
            if "%track show" in data.get("text/plain", ""):
                reply.outputs.append(("receipt", data["text/plain"]))
                return
            reply.images.append({k: v for k, v in data.items() if k.startswith("image/")})
            reply.outputs.append((kind, data.get("text/plain", ""), tuple(sorted(data))))
        elif kind == "error":
            trace = [_COLOUR.sub("", line) for line in content["traceback"]]
            reply.outputs.append(("error", content["ename"], content["evalue"], tuple(trace)))

    def stop(self) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel(now=False)


@pytest.fixture
def kernel(tmp_path: Path) -> Iterator[Callable[..., Kernel]]:
    """Start kernels, each in the test's folder unless told otherwise."""
    started: list[Kernel] = []

    def start(folder: Path | None = None, **environment: str) -> Kernel:
        started.append(Kernel(folder or tmp_path, environment))
        return started[-1]

    yield start
    for one in started:
        one.stop()
