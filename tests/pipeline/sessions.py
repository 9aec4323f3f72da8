"""Random notebooks of the standard library and numpy, as lists of cells.

Every name keeps its kind of value (``n0`` is a number, ``l1`` a list), so that most statements
run; some fail, as in life. Cells are run again, unchanged or edited, names are deleted and
made again, lists are shared, seeds are set in the middle.
"""

from __future__ import annotations

import re

from hypothesis import strategies as st

__all__ = ["PRELUDE", "notebooks"]

PRELUDE = """
import contextlib
import copy
import functools
import itertools
import os
import random
import numpy as np
"""

# {x} stands for one of three names of a kind, {#} for a small number
_KINDS = {
    "n": ["{n} = {#}", "{n} = {n} + {#}"],
    "l": ["{l} = [{#}, {#}, {#}]", "{l} = list(range({#}))"],
    "m": ["{m} = [{l}, [{#}]]", "{m} = [[{#}], [{#}, {#}]]"],
    "d": ["{d} = {'a': {#}, 'b': {#}}", "{d} = dict(a={#})"],
    "k": ["{k} = {'x': {l}, 'y': [{#}]}"],
    "a": [
        "{a} = np.arange(6)",
        "{a} = np.full(6, {#})",
        "{a} = np.array([{#}, {#}, {#}, 4, 5, 6])",
    ],
    "r": ["{r} = np.random.default_rng({#})"],
    "q": ["{q} = random.Random({#})"],
    "f": [
        "def {f}(x):\n    return x + {#}",
        "def {f}(x):\n    return x * {n}",
        "def {f}(x):\n    {l}.append(x)\n    return len({l})",
        "def {f}(x, seen=[]):\n    seen.append(x)\n    return sum(seen)",
        "def {f}(x):\n    global {n}\n    {n} = {n} + x\n    return {n}",
        "def {f}(x):\n    {d}['a'] = {d}.get('a', 0) + x\n    return {d}['a']",
        "def {f}(x):\n    return x + int({a}.sum())",
        "{f} = lambda x: x - {n}",
        "{f} = functools.partial(max, {#})",
        "@functools.lru_cache\ndef {f}(x):\n    return x + {n}",
        "def {f}(x):\n    {f}.calls = getattr({f}, 'calls', 0) + 1\n    return x + {f}.calls",
    ],
    "c": [
        (
            "def make(start):\n    count = start\n    def up():\n        nonlocal count\n"
            "        count += 1\n        return count\n    return up\n{c} = make({#})"
        ),
        "{c} = itertools.count({#}).__next__",
        "{c} = functools.partial(next, itertools.cycle([{#}, {#}, {#}]))",
    ],
    "i": [
        "{i} = iter({l})",
        "{i} = (x + {n} for x in {l})",
        "{i} = map({f}, {l}[:4])",
        "{i} = itertools.count({#})",
        "def gen():\n    for x in {l}:\n        yield x + {#}\n{i} = gen()",
        "{i} = iter(list(range({#})))",
    ],
    "o": [
        (
            "class K:\n    made = 0\n    def __init__(self, v):\n        self.v = v\n        self.n = {#}\n"
            "        type(self).made += 1\n    def add(self, x):\n        self.v.append(x)\n"
            "        self.n += x\n        return self.n\n    def __iadd__(self, x):\n"
            "        self.n += x\n        return self\n    @property\n    def size(self):\n"
            "        self.n += 1\n        return len(self.v)\n{o} = K({l})"
        ),
        "{o} = K([{#}])",
    ],
}
_CHANGES = [
    "{n} += {#}",
    "{n} = {n}",
    "{n} = len({l})",
    "{n} = sum({l}) % 97",
    "{n} = {l}[-1]",
    "{n} = int({a}.sum()) % 97",
    "{n} = {f}({#})",
    "{n} = {f}({n})",
    "{n} = {d}.get('a', {#})",
    "{n} = {c}()",
    "{n} = next({i}, {#})",
    "{n} = {o}.n",
    "{n} = {o}.size",
    "{n} = {o}.add({#})",
    "{n} = K.made",
    "{n} = int({r}.integers(50))",
    "{n} = random.randint(0, 50)",
    "{n} = int(np.random.randint(50))",
    "{n} = {q}.randint(0, 50)",
    "{n}, {n} = {n}, {#}",
    "{n} = {k}['x'][0]",
    "{n} = {m}[0][0]",
    "{n} = sum(map({f}, {l}[:3]))",
    "{n} = max({l}, key={f})",
    "{n} = len({k}['y']) + len({m})",
    "{n} = sum({i}) if False else {#}",
    "{l} = {l}",
    "{l} = list({l})",
    "{l} = {l}[:2]",
    "{l}.append({n})",
    "{l}.append({#})",
    "{l} += [{#}]",
    "{l}[0] = {n}",
    "{l}.sort()",
    "{l}.reverse()",
    "{l}.extend({l})",
    "{l}.insert(0, {n})",
    "{l}.pop()",
    "del {l}[0]",
    "{l}[:] = [{#}, {n}]",
    "{l} = {m}[0]",
    "{l} = [x * 2 for x in {l}]",
    "{l} = {o}.v",
    "{l} = sorted({l})",
    "random.shuffle({l})",
    "{l} = {k}['x']",
    "{l} = {a}.tolist()",
    "{l} = copy.copy({l})",
    "{l} = [{f}(x) for x in tuple({l})]",
    "{l} = list(map({f}, tuple({l})))",
    "{l} = {l} * 2",
    "{l} = {l} if {n} > 3 else {l}",
    "{q}.shuffle({l})",
    "{l} = list(itertools.islice({i}, 2))",
    "{l} = random.sample({l}, 1)",
    "{m}.append({l})",
    "{m}[0].append({n})",
    "{m} = copy.deepcopy({m})",
    "{m} = list({m})",
    "{m} = [{l}] * 2",
    "{m}[0] = {l}",
    "{d} = {d}",
    "{d}['b'] = {n}",
    "{d}.update(a={n})",
    "{d}.setdefault('c', {n})",
    "{d}.pop('a', 0)",
    "{d} = dict({d})",
    "{d}['a'] += {#}",
    "{d} |= {'z': {#}}",
    "{d}.clear()",
    "{k} = {k}",
    "{k}['x'].append({n})",
    "{k}['y'] = {l}",
    "{k}['x'] = {k}['y']",
    "{k} = copy.copy({k})",
    "{a} = {a}",
    "{a} = {a}[1:4]",
    "{a} = {a}.copy()",
    "{a}[0] = {n}",
    "{a} += 1",
    "{a} = {a} * 2",
    "{a}[1:3] = {#}",
    "np.add({a}, 1, out={a})",
    "{a}.sort()",
    "{a} = {a}.reshape(-1)",
    "{a} = {a}[::-1]",
    "np.random.shuffle({a})",
    "{a} = {r}.integers(0, 9, 6)",
    "{a} = np.random.randint(0, 9, 6)",
    "{r}.shuffle({a})",
    "{a} = np.array({l})",
    "{a}.fill({#})",
    "{a} = {a}[{a} > 2]",
    "np.copyto({a}, {n})",
    "{a} = {a}.T",
    "{a}.put([0], [{n}])",
    "random.seed({#})",
    "np.random.seed({#})",
    "{r} = {r}",
    "{r} = {r}.spawn(1)[0]",
    "{q} = {q}",
    "{q}.seed({#})",
    "{f} = {f}",
    "{f} = functools.partial({f})",
    "{c} = {c}",
    "{i} = {i}",
    "{i} = itertools.chain({l}, {i})",
    "{i} = filter({f}, {l})",
    "{o} = {o}",
    "{o}.n = {n}",
    "{o}.add({n})",
    "{o} += {#}",
    "{o}.v = {l}",
    "K.made = {#}",
    "{o} = copy.copy({o})",
    "setattr({o}, 'n', {n})",
    "{o}.__dict__['n'] = {#}",
    "{o}.v.append({#})",
    "for x in {l}:\n    {n} += x",
    "for j in range({#}):\n    {l}.append(j)",
    "if {n} > 3:\n    {l}.append({#})\nelse:\n    {n} = {#}",
    "j = 9\nwhile {n} < 20:\n    {n} += 7\n    j -= 1\n    if not j:\n        break",
    (
        "try:\n    {l}.append({n})\n    {n} = 1 // 0\nexcept ZeroDivisionError:\n    {n} = {#}\n"
        "finally:\n    {l}.append(1)"
    ),
    "with contextlib.suppress(Exception):\n    {l}.append({#})\n    {l}[99]\n    {n} = 0",
    "if ({n} := len({l})) > 2:\n    {l}.append({n})",
    "match {l}:\n    case [{n}, *_]:\n        pass\n    case _:\n        {n} = {#}",
    "for {n} in {l}:\n    if {n} > 4:\n        break",
    "for x in {i}:\n    {n} += x\n    break",
    "del {n}",
    "del {l}",
    "del {a}",
    "del {f}",
    "{l}",
    "{a}.sum()",
    "print({n})",
    "print(next({i}, 0))",
    "sum({l})",
    "{f}({#})",
    "{c}()",
    "{d}.setdefault('q', [])",
    "next({i}, 0)",
    "{o}.size",
    "{l}.pop()",
    "random.random()",
    "{l}.append({#})\n{n} = 1 // 0\n{l}.append({#})",
    "{n} = {#}\nraise ValueError('stop')",
    "os.environ['NB_X'] = str({n})",
    "{n} = int(os.environ.get('NB_X', {#}))",
    "with open('f.txt', 'w') as out:\n    out.write(str({n}))",
    "with open('f.txt', 'a') as out:\n    out.write('1')",
    "with open('f.txt') as given:\n    {n} = int(given.read()) % 97",
    "exec('{n} = {n} + {#}')",
    "{n} = eval('{n} * 2')",
    "globals()['{n}'] = {#}",
    "np.save('a.npy', {a})",
    "{a} = np.load('a.npy')",
]
_MEASURES = [
    "float({n})",
    "float(sum({l}))",
    "float(sum({l}) + len({l}) * {n})",
    "float({a}.sum())",
    "float(sum(v for v in {d}.values() if isinstance(v, int)))",
    "float(sum(sum(x) for x in {m}))",
    "float(sum({k}['x']) + sum({k}['y']))",
    "float({f}({#}))",
    "float({c}())",
    "float(next({i}, -1))",
    "float({o}.n + sum({o}.v))",
    "float({o}.size + {n})",
    "float({r}.integers(1000))",
    "float({q}.random())",
    "float({a}[0] + {l}[0] + {n})",
    "float(random.random())",
    "float(np.random.rand())",
    "float({l}[0] * 100 + {l}[-1])",
]
_SLOT = re.compile(r"\{(?:([nlmdkarqfcio])|(#))\}")


@st.composite
def notebooks(draw: st.DrawFn) -> list[str]:
    """Draw the cells of a notebook; the last binds ``m``, the result."""

    def filled(template: str) -> str:
        def name(match: re.Match[str]) -> str:
            if match.group(2):
                return str(draw(st.integers(1, 9)))
            return f"{match.group(1)}{draw(st.integers(0, 1))}"

        return _SLOT.sub(name, template)

    cells = [PRELUDE.strip()]
    for kind, makers in _KINDS.items():
        chosen = (makers[0], draw(st.sampled_from(makers)))
        made = (m.replace("{" + kind + "}", f"{kind}{i}", 1) for i, m in enumerate(chosen))
        cells.append("\n".join(filled(maker) for maker in made))
    if draw(st.integers(0, 19)):
        cells.append(filled("random.seed({#})\nnp.random.seed({#})"))
    first = len(cells)
    makers = [m for found in _KINDS.values() for m in found]
    for _ in range(draw(st.integers(4, 18))):
        action = draw(st.integers(0, 9))
        if action == 0 and len(cells) > first:
            cells.append(draw(st.sampled_from(cells[first:])))
        elif action == 1:
            again = draw(st.sampled_from(cells[1:]))
            cells.append(re.sub(r"\b[1-9]\b", lambda _m: str(draw(st.integers(1, 9))), again))
        elif action == 2:
            cells.append(filled(draw(st.sampled_from(makers))))
        else:
            count = draw(st.integers(1, 3))
            cells.append("\n".join(filled(draw(st.sampled_from(_CHANGES))) for _ in range(count)))
    measures = draw(st.lists(st.sampled_from(_MEASURES), min_size=1, max_size=3))
    cells.append("m = " + filled(" + ".join(measures)))
    return cells
