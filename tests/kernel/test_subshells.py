"""Two shells of one kernel at two cells at once: each cell is its own run."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable

from tests.kernel.conftest import Kernel

MAIN = """%%track in-the-main-shell
import time
from sklearn.linear_model import Ridge
time.sleep(1.5)
model = Ridge(alpha=2.0).fit([[1.0], [2.0]], [1.0, 2.0])"""
SIDE = """%%track in-a-subshell -m value
from sklearn.linear_model import Lasso
other = Lasso(alpha=0.125).fit([[1.0], [2.0]], [1.0, 2.0])
value = 0.5"""


def send(kernel: Kernel, source: str, subshell: str | None = None) -> str:
    content = {"code": source, "silent": False, "store_history": True, "allow_stdin": False}
    message = kernel.client.session.msg("execute_request", content)
    message["header"]["subshell_id"] = subshell
    kernel.client.shell_channel.send(message)
    return message["header"]["msg_id"]


def test_cells_of_two_shells_do_not_mix(kernel: Callable[..., Kernel]) -> None:
    session = kernel()
    session.run("%load_ext nbtrail")
    request = session.client.session.msg("create_subshell_request", {})
    session.client.control_channel.send(request)
    subshell = session.client.get_control_msg(timeout=60)["content"]["subshell_id"]

    waiting = {send(session, MAIN)}
    time.sleep(0.5)
    waiting.add(send(session, SIDE, subshell))
    until = time.monotonic() + 60
    while waiting and time.monotonic() < until:
        try:
            answer = session.client.get_shell_msg(timeout=1)
        except queue.Empty:
            continue
        waiting.discard(answer["parent_header"].get("msg_id"))
    assert not waiting

    session.run("import nbtrail")
    alpha = "(r := nbtrail.get_run({!r})).status.value, r.param('alpha').value, len(r.models)"
    assert session.value(alpha.format("in-the-main-shell")) == "FINISHED 2.0 1"
    assert session.value(alpha.format("in-a-subshell")) == "FINISHED 0.125 1"
    assert session.value("nbtrail.get_run('in-a-subshell').metric('value').last") == "0.5"
