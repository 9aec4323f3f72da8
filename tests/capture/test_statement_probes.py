"""The probes between statements change nothing that the user can see."""

from __future__ import annotations

import ast
import asyncio
import builtins
import pickle
import traceback
import types

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

from nbtrail.capture.statements import StatementProbes, magic_of


class Listener:
    """Counts statements; fails on demand."""

    def __init__(self):
        self.running = None
        self.seen = []
        self.blocks = []
        self.broken = False

    def begin_block(self, nodes, code, *, line):
        self.blocks.append((len(nodes), code, line))
        return True

    def before(self, node, index):
        self.running = node
        if self.broken:
            raise RuntimeError("ours")
        self.seen.append((index, ast.unparse(node)))


@pytest.fixture
def listener():
    return Listener()


@pytest.fixture
def shell(listener):
    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance()
    shell.history_manager.enabled = False
    probes = StatementProbes(shell, listener)
    probes.install()
    shell.probes = probes
    yield shell
    probes.uninstall()
    shell.history_manager.end_session()
    InteractiveShell.clear_instance()


def run(shell, source):
    shell.probes._listener and setattr(shell.probes._listener, "running", None)
    with capture_output(display=True) as output:
        result = asyncio.run(
            shell.run_cell_async(
                source, store_history=True, transformed_cell=shell.transform_cell(source)
            )
        )
    return result, output


def test_each_statement_is_reported_in_order(shell, listener):
    run(shell, "a = 1\nb = a + 1\na * b")
    assert listener.seen == [(0, "a = 1"), (1, "b = a + 1"), (2, "a * b")]


def test_last_expression_is_displayed_and_bound_to_underscore(shell):
    result, _ = run(shell, "x = 20\nx + 1")
    assert result.result == 21
    assert shell.user_ns["_"] == 21


def test_only_the_last_expression_is_displayed(shell):
    _, output = run(shell, "1 + 1\n2 + 2\nNone")
    assert output.outputs == []
    assert output.stdout == ""


def test_namespace_gets_no_name_of_ours(shell):
    before = set(shell.user_ns)
    run(shell, "value = 3")
    added = {n for n in set(shell.user_ns) - before if not n.startswith("_i")}
    assert added == {"value"}
    assert not any("nbtrail" in name for name in shell.user_ns)


def test_builtins_are_clean_between_cells(shell):
    run(shell, "value = 3")
    assert not [name for name in vars(builtins) if "nbtrail" in name]


def test_traceback_shows_the_line_and_no_frame_of_ours(shell):
    result, _ = run(shell, "a = 1\n\nb = 1 / 0\nc = 2")
    frames = traceback.extract_tb(result.error_in_exec.__traceback__)
    assert frames[-1].lineno == 3
    assert not [f for f in frames if "statements.py" in f.filename]
    assert "c" not in shell.user_ns


def test_syntax_error_stays_one(shell, listener):
    result, _ = run(shell, "a = 1\nb = = 2")
    assert isinstance(result.error_before_exec, SyntaxError)
    assert listener.seen == []


def test_return_outside_of_a_function_stays_a_syntax_error(shell):
    result, _ = run(shell, "a = 1\nreturn a")
    assert isinstance(result.error_before_exec or result.error_in_exec, SyntaxError)


@pytest.mark.parametrize(
    "source",
    [
        "from __future__ import annotations\ndef f(x: no_such_name): return x\nout = f(2)",
        '"""Docstring."""\nfrom __future__ import annotations\nout = 2',
        "import asyncio\nout = await asyncio.sleep(0, result=2)",
        "%time out = 2",
        "%%time\nout = 1\nout = 2",
        "%%time\nfrom __future__ import annotations\ndef f(x: no_such): return 2\nout = f(0)",
        "%%capture\nout = 1\nprint(out)\nout += 1",
        "%%time\n2 if True else 3\nout = 2",
        "exec('out = 2')",
        "class A:\n    def f(self): return 2\nout = A().f()",
    ],
)
def test_semantics_hold(shell, source):
    result, _ = run(shell, source)
    assert result.error_in_exec is None
    assert shell.user_ns["out"] == 2


def test_timed_value_is_still_the_result(shell):
    result, _ = run(shell, "%%time\na = 3\na * 2")
    assert result.result == 6
    result, _ = run(shell, "%%time\n6 * 7")
    assert result.result == 42


def test_bodies_of_transparent_magics_are_probed(shell, listener):
    run(shell, "%%time\na = 3\n!true\nb = a")
    assert [text for _, text in listener.seen][-3:] == [
        "a = 3",
        "get_ipython().system('true')",
        "b = a",
    ]
    assert listener.blocks[-1][1].startswith("a = 3\nget_ipython()")


def test_timeit_is_left_alone(shell, listener):
    run(shell, "%timeit -n 3 -r 1 1 + 1")
    assert len(listener.seen) == 1


def test_functions_pickle_as_ever(shell):
    run(shell, "def f(x):\n    return x + 1\ng = 3")
    code = shell.user_ns["f"].__code__
    assert not [n for n in code.co_names if "nbtrail" in n]
    assert pickle.loads(pickle.dumps(shell.user_ns["g"])) == 3
    assert isinstance(shell.user_ns["f"], types.FunctionType)


@pytest.mark.filterwarnings("ignore::nbtrail.capture.guard.NbtrailWarning")
def test_failure_of_ours_stays_ours(shell, listener):
    listener.broken = True
    result, _ = run(shell, "a = 1\na + 1")
    assert result.error_in_exec is None
    assert result.result == 2


def test_uninstall_inside_of_a_cell_leaves_the_rest_running(shell):
    shell.user_ns["probes"] = shell.probes
    result, _ = run(shell, "probes.uninstall()\nx = 1\nx + 1")
    assert result.result == 2
    assert shell.probes not in shell.ast_transformers
    assert not [name for name in vars(builtins) if "nbtrail" in name]


def test_display_of_all_expressions_does_not_show_the_probes(shell):
    shell.ast_node_interactivity = "all"
    _, output = run(shell, "a = 1\na\na + 1")
    assert output.stdout.count("Out[") == 2


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("get_ipython().run_line_magic('time', 'x')", ("time", "x", None)),
        ("get_ipython().run_cell_magic('time', '', 'x')", ("time", "", "x")),
        ("y = get_ipython().getoutput('ls')", ("getoutput", "ls", None)),
        ("print(1)", None),
        ("get_ipython().run_line_magic(name, 'x')", None),
    ],
)
def test_magic_of(source, expected):
    assert magic_of(ast.parse(source).body[0]) == expected
