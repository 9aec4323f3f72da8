"""The fence of a verification holds for processes that the pipeline starts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from nbtrail.pipeline.runner import replay
from nbtrail.pipeline.scratch import Job

pytestmark = pytest.mark.slow

END = """
import json, pathlib, sys
out = pathlib.Path(sys.argv[2])
out.mkdir(exist_ok=True)
(out / "metrics.json").write_text(json.dumps({"m": float(m)}))
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a script that sets ``m`` in a fresh process; the temporary folder lies apart."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    monkeypatch.setattr(tempfile, "tempdir", None)
    project = tmp_path / "project"
    project.mkdir()

    def start(body, **facts):
        job = Job((body + END).encode(), project, ".", executable=sys.executable, **facts)
        return replay(job)

    start.project = project
    return start


def kernel_refuses(kind):
    """Say whether the kernel of this machine takes on a part of the fence."""
    script = (
        "import importlib.util as u, sys\n"
        "from nbtrail.pipeline import fence\n"
        "print(fence.confine({'project': '/nowhere', 'inputs': [], 'scratch': '/tmp'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True
    )
    return kind in done.stdout


def test_what_the_kernel_took_on_is_told(run):
    found = run("m = 1")
    assert found.error == ""
    assert any("Landlock" in text for text in found.guard) == kernel_refuses("Landlock")
    assert any("namespace" in text for text in found.guard) == kernel_refuses("namespace")


@pytest.mark.parametrize(
    "start",
    [
        "subprocess.run([sys.executable, '-c', code], check=True)",
        (
            "import multiprocessing\n"
            "if __name__ == '__main__':\n"
            "    import runpy\n"
            "    child = multiprocessing.get_context('fork').Process(target=exec, args=(code,))\n"
            "    child.start(); child.join()\n"
            "    assert child.exitcode == 0"
        ),
        (
            "from joblib import Parallel, delayed\n"
            "Parallel(n_jobs=2)(delayed(eval)(f'exec({code!r})') for _ in range(2))"
        ),
    ],
    ids=["subprocess", "fork", "loky"],
)
def test_python_children_do_not_write_outside(run, tmp_path, start):
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    found = run(f"import subprocess, sys\ncode = \"open({str(mine)!r}, 'w')\"\n{start}\nm = 1")
    assert mine.read_text() == "precious"
    assert found.error


@pytest.mark.skipif(not kernel_refuses("Landlock"), reason="this kernel has no Landlock")
def test_shell_lines_and_native_writers_do_not_write_outside(run, tmp_path):
    mine = tmp_path / "mine.txt"
    mine.write_text("precious")
    found = run(f"import subprocess\nm = subprocess.run('echo x > {mine}', shell=True).returncode")
    assert found.error == ""
    assert found.metrics["m"] != 0
    found = run(
        f"import polars\npolars.DataFrame({{'a': [1]}}).write_parquet({str(mine)!r})\nm = 1"
    )
    assert "denied" in found.error.lower()
    assert mine.read_text() == "precious"


@pytest.mark.skipif(not kernel_refuses("namespace"), reason="no network namespace is allowed here")
def test_no_process_reaches_the_network_but_the_loopback_works(run):
    # a socket without Python's own: nothing that a hook could see
    found = run(
        "import ctypes, struct\nlibc = ctypes.CDLL(None)\ns = libc.socket(2, 2, 0)\n"
        "to = struct.pack('=H', 2) + struct.pack('!H', 53) + bytes([192, 0, 2, 1]) + bytes(8)\n"
        "m = libc.connect(s, to, 16)"
    )
    assert found.metrics["m"] == -1
    found = run(
        "import socket, threading\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "client = socket.create_connection(server.getsockname())\nclient.sendall(b'7')\n"
        "m = float(server.accept()[0].recv(1))\nclient.close(); server.close()"
    )
    assert found.error == ""
    assert found.metrics["m"] == 7


def test_a_python_child_is_told_what_to_do(run, tmp_path):
    found = run(
        f"import subprocess, sys\ncode = \"open({str(tmp_path / 'new')!r}, 'w')\"\n"
        "done = subprocess.run([sys.executable, '-c', code], capture_output=True, text=True)\n"
        "m = 'writes only to its scratch folder' in done.stderr"
    )
    assert found.metrics["m"] == 1, found.error


def test_processes_that_outlive_the_pipeline_are_ended(run):
    found = run("import subprocess\nchild = subprocess.Popen(['sleep', '300'])\nm = child.pid")
    assert found.error == ""
    pid = int(found.metrics["m"])
    for _ in range(100):
        if not alive(pid):
            break
        time.sleep(0.05)
    assert not alive(pid)


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"  # a dead one that nobody has waited for


def test_an_interruption_leaves_nothing_behind(run, tmp_path):
    script = (
        "import pathlib, signal, sys\nfrom nbtrail.pipeline.runner import replay\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "from nbtrail.pipeline.scratch import Job\n"
        "body = b'import os, time\\nprint(os.getpid(), flush=True)\\ntime.sleep(300)'\n"
        f"job = Job(body, pathlib.Path({str(run.project)!r}), '.', executable=sys.executable)\n"
        "replay(job)"
    )
    temporary = tmp_path / "temporary"
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    logs = []
    while not (logs and logs[0].read_text().strip()):
        logs = list(temporary.glob("*/log.txt"))
        time.sleep(0.05)
    pid = int(logs[0].read_text())
    process.send_signal(2)
    try:
        assert process.wait(30) != 0
    finally:
        process.kill()
        process.wait()
    assert not alive(pid)
    assert list(temporary.iterdir()) == []


def test_only_declared_variables_are_handed_on(run, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "1")
    monkeypatch.setenv("WANTED", "2")
    body = "import os\nm = float(os.environ.get('SECRET_TOKEN', 0)) + float(os.environ['WANTED'])"
    assert run(body, variables=("WANTED",)).metrics["m"] == 2
    assert "WANTED" in run(body).error


def test_threads_are_as_recorded(run, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    body = "import os\nm = float(os.environ.get('OMP_NUM_THREADS', 0))"
    assert run(body).metrics["m"] == 7
    assert run(body, threads={"OMP_NUM_THREADS": "3"}).metrics["m"] == 3
    assert run(body, threads={"processors": "8"}).metrics["m"] == 0
    if hasattr(os, "sched_getaffinity"):
        one = run("import os\nm = len(os.sched_getaffinity(0))", threads={"usable processors": "1"})
        assert one.metrics["m"] == 1
