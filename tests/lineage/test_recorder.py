"""What the recorder says of statements that really ran."""

from __future__ import annotations

import pytest


def changed(facts):
    return {m.name for m in facts.mutations}


def certainly(facts):
    return {m.name for m in facts.mutations if m.certain}


@pytest.mark.parametrize(
    ("source", "reads", "binds"),
    [
        ("c = a + 1", {"a"}, {"c"}),
        ("a = 5", set(), {"a"}),
        ("a += 1", {"a"}, {"a"}),
        ("c = [b for b in range(a)]", {"a"}, {"c"}),
        ("c = (lambda a: a)(3)", set(), {"c"}),
        ("def f(x): return x + a", set(), {"f"}),
        ("def f(x=a): return x", {"a"}, {"f"}),
        ("class K:\n    v = a", {"a"}, {"K"}),
        ("for b in range(2): c = a", {"a"}, {"b", "c"}),
        ("import math as b", set(), {"b"}),
        ("c, (d, *e) = 1, (2, 3)", set(), {"c", "d", "e"}),
        ("c = f'{a}'", {"a"}, {"c"}),
        ("if (c := a): pass", {"a"}, {"c"}),
        ("try:\n    nowhere\nexcept NameError as e:\n    c = a", {"a"}, {"c"}),
        ("exec('c = a * 2')", {"a"}, {"c"}),
        ("globals()['c'] = 1", set(), {"c"}),
    ],
)
def test_names_read_and_bound(facts, source, reads, binds):
    found = facts("a = 3\nb = 4", source)
    assert set(found.reads) == reads
    assert set(found.binds) == binds


def test_global_of_a_called_function_is_read(facts):
    found = facts("lam = 2\ndef f(x):\n    return g(x) * lam", "def g(x): return x", "y = f(3)")
    assert set(found.reads) == {"f", "g", "lam"}


def test_function_inside_of_an_object_is_followed(facts):
    found = facts(
        "scale = 2\nclass T:\n    def go(self, x):\n        return x * scale\nt = {'k': [T()]}",
        "y = t['k'][0].go(1)",
    )
    assert "scale" in found.reads


def test_branch_that_is_not_taken_binds_nothing_for_sure(facts):
    found = facts("a = 1", "if a > 5:\n    a = 7")
    assert found.binds == ()
    assert not certainly(found)


def test_deletion(facts):
    assert facts("a = 1", "del a").deletes == ("a",)


@pytest.mark.parametrize(
    ("setup", "source", "expected"),
    [
        ("xs = [1]\nys = xs", "ys.append(2)", {"xs", "ys"}),
        ("xs = [1]\nys = [xs]", "xs.append(2)", {"xs", "ys"}),
        ("xs = [1]\nys = list(xs)", "ys.append(2)", {"ys"}),
        ("d = {'a': 1}", "d['b'] = 2", {"d"}),
        ("s = {1}", "s.add(2)", {"s"}),
        ("class K: pass\nk = K()\nj = [k]", "k.v = 1", {"k", "j"}),
        ("def add(q): q.append(1)\nxs = []", "add(xs)", {"xs"}),
        ("def add(): xs.append(1)\nxs = []", "add()", {"xs"}),
        ("it = iter([1, 2])", "first = next(it)", {"it"}),
        ("def gen():\n    yield 1\n    yield 2\nit = gen()", "for v in it: break", {"it"}),
        ("import random\nr = random.Random(1)", "v = r.random()", {"r"}),
        ("from collections import Counter\nc = Counter()", "c.update('a')", {"c"}),
        ("class K:\n    v = 1\nk = K()", "K.v = 2", {"K", "k"}),
        ("def f(x, seen=[]):\n    seen.append(x)", "f(1)", {"f"}),
        ("def f():\n    f.n = 1", "f()", {"f"}),
        (
            "done = []\ndef note(f):\n    done.append(f)\n    return f",
            "@note\ndef g(): pass",
            {"done"},
        ),
        ("class K:\n    n = 0\n    def __init__(self): K.n += 1", "K()", {"K"}),
        (
            "class K:\n    kinds = []\n    def __init_subclass__(cls): K.kinds.append(1)",
            "class L(K): pass",
            {"K"},
        ),
        ("class K:\n    @property\n    def v(self):\n        self.n = 1\nk = K()", "k.v", {"k"}),
        ("class K:\n    def __add__(self, o):\n        self.n = o\nk = K()", "k + 1", {"k"}),
        ("from collections import defaultdict\nd = defaultdict(list)", "d['x']", {"d"}),
        ("xs = []\nadd = xs.append", "add(1)", {"xs", "add"}),
        ("class K: pass\nk = K()", "vars(k).update(v=1)", {"k"}),
        ("import io\nb = io.StringIO()", "print('x', file=b)", {"b"}),
        (
            (
                "def make():\n    n = 0\n    def up():\n        nonlocal n\n        n += 1\n    return up\n"
                "up = make()"
            ),
            "up()",
            {"up"},
        ),
        ("import weakref\nclass K: pass\nk = K()\nlive = weakref.WeakSet([k])", "del k", {"live"}),
        (
            "import array\na = array.array('d', [1])\nimport numpy as np\nv = np.frombuffer(a)",
            "a[0] = 2",
            {"a", "v"},
        ),
    ],
)
def test_changes_in_place_are_seen_under_every_name(facts, setup, source, expected):
    found = facts(setup, source)
    assert certainly(found) == expected
    assert changed(found) == expected


@pytest.mark.parametrize(
    ("setup", "source", "expected"),
    [
        ("X = np.arange(6.0).reshape(3, 2)\nv = X[:, 0]", "v += 1", {"X"}),
        ("X = np.arange(6.0)\nY = X.copy()", "Y[0] = 9", {"Y"}),
        ("X = np.arange(6.0)", "np.add(X, 1, out=X)", {"X"}),
        ("df = pd.DataFrame({'a': [1, 2]})\ne = df", "e['b'] = 1", {"df", "e"}),
        ("df = pd.DataFrame({'a': [1, 2]})\ne = df.copy()", "e['b'] = 1", {"e"}),
        ("df = pd.DataFrame({'a': [1, 2]})\ne = df[df.a > 0]", "e.loc[0, 'a'] = 9", {"e"}),
        ("df = pd.DataFrame({'a': [1, 2]})", "df.columns = ['z']", {"df"}),
        ("df = pd.DataFrame({'a': ['x', 'y']})", "df.loc[0, 'a'] = 'z'", {"df"}),
        ("df = pd.DataFrame({'a': [2, 1]})", "df.insert(0, 'z', [1, 2])", {"df"}),
        ("df = pd.DataFrame({'a': [2, 1]})", "df.head()", set()),
        ("df = pd.DataFrame({'a': [2, 1]})", "m = df['a'].mean()", set()),
        ("s = pd.Series([1, 2])", "s[0] = 5", {"s"}),
        ("rng = np.random.default_rng(1)", "v = rng.normal()", {"rng"}),
        ("rng = np.random.default_rng(1)", "v = rng.spawn(1)", {"rng"}),
        ("X = np.ones(4)\ndf = pd.DataFrame(X, copy=False)", "X[0] = 5", {"X", "df"}),
        ("df = pd.DataFrame({'a': [[1], [2]]})", "df.at[0, 'a'].append(3)", {"df"}),
        ("import polars as pl\nt = pl.DataFrame({'a': [1]})", "t[0, 'a'] = 5", {"t"}),
        ("import polars as pl\nt = pl.DataFrame({'a': [1]})", "v = t.lazy().collect()", set()),
    ],
)
def test_arrays_and_tables(facts, setup, source, expected):
    found = facts("import numpy as np\nimport pandas as pd", setup, source)
    assert certainly(found) == expected


def test_estimators(facts, notebook):
    found = facts(
        "import numpy as np\nfrom sklearn.linear_model import Ridge\nX = np.eye(3)\ny = X[0]",
        "a = Ridge()\nb = {'m': a}",
        "a.fit(X, y)",
    )
    assert certainly(found) == {"a", "b"}
    assert changed(facts("p = a.predict(X)")) == set()
    assert certainly(facts("b['m'].set_params(alpha=3)")) == {"a", "b"} | {
        n for n in certainly(notebook.cells[-1].statements[-1]) if n.startswith("_")
    }


def test_files_and_folders(facts, notebook):
    found = facts(
        "from pathlib import Path\nPath('sub').mkdir()", "Path('sub/a.txt').write_text('x')"
    )
    assert "file:sub/a.txt" in found.channels_written
    found = facts("text = Path('sub/a.txt').read_text()")
    assert "file:sub/a.txt" in found.channels_read
    found = facts("name = 'sub/a.txt'", "import pandas\ntable = pandas.read_csv(name)")
    assert "file:sub/a.txt" in found.channels_read


def test_file_that_stays_open_is_written_by_each_use(facts):
    found = facts("f = open('a.csv', 'w')\nimport csv\nout = csv.writer(f)", "out.writerow([1])")
    assert "file:a.csv" in found.channels_written
    assert "file:a.csv" in facts("f.close()").channels_written
    assert not facts("f", "print('f')").channels_written


def test_file_written_without_an_event_is_seen(facts, notebook):
    facts("import pyarrow as pa\nimport pyarrow.parquet as pq\nt = pa.table({'a': [1]})")
    assert "file:t.parquet" in facts("pq.write_table(t, 't.parquet')").channels_written
    assert "file:t.parquet" in facts("u = pq.read_table('t.parquet')").channels_read


def test_folder_that_is_listed_depends_on_what_changed_in_it(facts):
    facts("from pathlib import Path\nPath('d').mkdir()", "Path('d/a').write_text('1')")
    facts("Path('d/a').rename('d/b')")
    found = facts("names = sorted(p.name for p in Path('d').glob('*'))")
    assert {"file:d/a", "file:d/b"} <= set(found.channels_read)


def test_frame_named_in_a_query_is_read(facts):
    facts("import duckdb\nimport pandas as pd\nsales = pd.DataFrame({'v': [1]})")
    assert "sales" in facts("t = duckdb.sql('select sum(v) from sales').df()").reads


def test_figure_of_pyplot(facts):
    facts("import matplotlib; matplotlib.use('Agg')\nimport matplotlib.pyplot as plt")
    found = facts("plt.plot([1, 2])")
    assert "pyplot" in found.channels_written
    assert "pyplot" not in found.channels_read
    facts("fig = plt.gcf()")
    found = facts("plt.plot([2, 1])")
    assert "pyplot" in found.channels_read
    assert "fig" in changed(found)
    facts("plt.close('all')")


def test_shell_line_changes_no_variable(facts):
    facts("xs = [1]", "lines = !echo a")
    assert changed(facts("!echo b")) == set()
    assert any(n.startswith("_") for n in certainly(facts("[1]", "_.append(2)")))


def test_shell_line_reads_and_writes(facts):
    found = facts(
        "from pathlib import Path\nn = Path('a').write_text('1\\n2\\n')", "!head -1 a > b"
    )
    assert "file:b" in found.channels_written
    assert "file:a" in found.channels_read


@pytest.mark.parametrize(
    ("setup", "source", "read", "written"),
    [
        ("import random", "random.seed(1)", False, True),
        ("import random", "v = random.random()", True, True),
        ("import random", "v = 1", False, False),
    ],
)
def test_random_state(facts, setup, source, read, written):
    found = facts(setup, source)
    assert ("rng:stdlib" in found.channels_read) is read
    assert ("rng:stdlib" in found.channels_written) is written


def test_environment_variables(facts):
    found = facts("import os", "os.environ['ZZ_KEY'] = '1'")
    assert "env:ZZ_KEY" in found.channels_written
    assert "env:ZZ_KEY" in facts("v = os.environ.get('ZZ_KEY')").channels_read
    assert facts("v = 'other'").channels_read == ()


def test_working_folder(facts):
    found = facts("import os\nos.makedirs('d', exist_ok=True)", "os.chdir('d')")
    assert "cwd" in found.channels_written


def test_patched_library(facts):
    found = facts("import statistics\nold = statistics.mean", "statistics.mean = max")
    assert "attr:statistics.mean" in found.channels_written
    facts("statistics.mean = old")


def test_settings_of_a_library(facts):
    found = facts("import sklearn", "sklearn.set_config(display='text')")
    assert "config:sklearn" in found.channels_written
    assert "config:sklearn" in facts("v = sklearn.__version__").channels_read


def test_error_is_noted_with_the_change_before_it(facts):
    found = facts("xs = []", "for n in (1, 0):\n    xs.append(1 / n)")
    assert found.error.startswith("ZeroDivisionError")
    assert certainly(found) >= {"xs"}
    assert found.effects


def test_assignment_that_failed_binds_nothing(facts):
    found = facts("n = 1", "n = 1 / 0")
    assert found.binds == found.mutations == ()
    assert facts("a = n = 2\nfirst, n = n, 1 / 0").binds == ()


def test_statements_that_only_show_have_no_effects(facts):
    assert not facts("xs = [1]", "xs").effects
    assert not facts("print(xs)").effects
    assert facts("ys = xs").effects


def test_shown_value_is_found_again(facts):
    facts("1 + 1", "2 + 2", "v = _")
    assert facts("w = _")


def test_lines_refer_to_the_code(notebook):
    notebook.run("%%time\na = 1\n\nb = [\n    a,\n]")
    cell = notebook.cells[-1]
    lines = cell.code.splitlines()
    spans = [lines[s.first_line - 1 : s.last_line] for s in cell.statements]
    assert spans == [["a = 1"], ["b = [", "    a,", "]"]]


def test_decorated_function_begins_at_its_decorator(facts):
    found = facts("import functools", "@functools.cache\ndef f(x):\n    return x")
    assert (found.first_line, found.last_line) == (1, 3)


def test_own_magics_leave_no_trace(facts):
    found = facts("%load_ext storemagic")
    assert not found.effects


def test_large_array_is_only_suspected(facts):
    found = facts("import numpy as np\nbig = np.zeros(3_000_000)", "big[5] = 1")
    assert changed(found) == {"big"}
    assert certainly(found) == set()


def test_objects_are_not_kept_alive(notebook):
    import gc
    import weakref

    notebook.run("class K: pass\nk = K()\nk.v = [1]")
    ghost = weakref.ref(notebook.values["k"])
    notebook.run("k.v.append(2)")
    notebook.run("del k")
    gc.collect()
    assert ghost() is None


HOSTILE = """
asked = []
class Hostile{base}:
    {slots}
    def __getattr__(self, name):
        asked.append(name)
        raise RuntimeError(name)
    @property
    def __class__(self):
        asked.append('__class__')
        raise RuntimeError('__class__')
def keep(value): return [value]
thing = Hostile()
"""


@pytest.mark.parametrize("base", ["", "(dict)", "(str)", "(list)"])
@pytest.mark.parametrize("slots", ["pass", "__slots__ = ('unset',)"])
def test_object_of_the_user_is_not_asked(notebook, facts, base, slots):
    found = facts(HOSTILE.format(base=base, slots=slots), "kept = keep(thing)")
    assert set(found.reads) == {"asked", "keep", "thing"}  # the first by its methods
    assert found.binds == ("kept",)
    assert notebook.values["asked"] == []


def test_attributes_are_seen_where_the_class_hides_them(notebook, facts):
    found = facts(
        "class Veil:\n    def __getattribute__(self, name):\n        raise RuntimeError(name)\n"
        "veil = Veil()\ndef mark(v): object.__setattr__(v, 'a', 1)",
        "mark(veil)",
    )
    assert certainly(found) == {"veil"}


def test_name_of_a_module_that_becomes_an_object(notebook, facts):
    found = facts(
        HOSTILE.format(base="", slots="pass") + "import math", "math = keep(math) and thing"
    )
    assert found.binds == ("math",)
    assert notebook.values["asked"] == []
