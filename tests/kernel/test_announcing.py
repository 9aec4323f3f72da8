"""A kernel tells by a comm whether it tracks; front ends hear it without asking for code to run."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from tests.kernel.conftest import Kernel

TARGET = "nbtrail.tracking"


def told(session: Kernel, source: str) -> list[tuple[str, dict[str, Any]]]:
    """Run a cell; return what was said about tracking."""
    asked = session.client.execute(source)
    found: list[tuple[str, dict[str, Any]]] = []
    until = time.monotonic() + 60
    while time.monotonic() < until:
        message = session.client.get_iopub_msg(timeout=60)
        kind, content = message["header"]["msg_type"], message["content"]
        if kind.startswith("comm_"):
            found.append((kind, content.get("data", {})))
        if (
            kind == "status"
            and content["execution_state"] == "idle"
            and message["parent_header"].get("msg_id") == asked
        ):
            session.client.get_shell_msg(timeout=60)
            return found
    raise AssertionError("the kernel did not end the cell")


def open_comms(session: Kernel) -> list[str]:
    session.client.comm_info(target_name=TARGET)
    while True:
        reply = session.client.get_shell_msg(timeout=60)
        if reply["header"]["msg_type"] == "comm_info_reply":
            return list(reply["content"]["comms"])


def test_on_off_start_and_end_are_told_once_each(kernel: Callable[..., Kernel]) -> None:
    session = kernel()
    assert told(session, "%load_ext nbtrail\n1 + 1") == []
    assert open_comms(session) == []
    assert told(session, "%track on") == [("comm_open", {"on": True, "run": ""})]
    assert len(open_comms(session)) == 1
    assert told(session, "%track on\n%track") == []
    assert told(session, "%track start first") == [("comm_msg", {"on": True, "run": "first"})]
    assert told(session, "%track nonsense") == []
    assert told(session, "%track end\n%track off") == [
        ("comm_msg", {"on": True, "run": ""}),
        ("comm_close", {}),
    ]
    assert open_comms(session) == []
    assert told(session, "import nbtrail\nopened = nbtrail.start_run('by code')") == [
        ("comm_open", {"on": False, "run": "by code"})
    ]
    assert told(session, "nbtrail.end_run()") == [("comm_close", {})]
    assert told(session, "%%track inside\n%track note x") == []
    told(session, "%track on")
    assert told(session, "%unload_ext nbtrail") == [("comm_close", {})]


def test_one_that_comes_later_is_answered(kernel: Callable[..., Kernel]) -> None:
    session = kernel()
    told(session, "%load_ext nbtrail\n%track start open")
    (comm,) = open_comms(session)
    question = session.client.session.msg("comm_msg", {"comm_id": comm, "data": {}})
    session.client.shell_channel.send(question)
    while True:
        message = session.client.get_iopub_msg(timeout=60)
        if message["header"]["msg_type"] == "comm_msg":
            assert message["content"]["data"] == {"on": False, "run": "open"}
            break


def test_a_front_end_that_closes_it_is_not_told_again(kernel: Callable[..., Kernel]) -> None:
    session = kernel()
    told(session, "%load_ext nbtrail\n%track on")
    (comm,) = open_comms(session)
    session.client.shell_channel.send(
        session.client.session.msg("comm_close", {"comm_id": comm, "data": {}})
    )
    assert told(session, "1 + 1") == []
    assert told(session, "%track off") == []
    assert told(session, "%track on") == [("comm_open", {"on": True, "run": ""})]
