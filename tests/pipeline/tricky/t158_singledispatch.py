# title: singledispatch implementations registered in other cells
# metrics: m
# %% a need
from functools import singledispatch
from typing import NamedTuple
class Row(NamedTuple):
    a: int
    b: float = 1.5
@singledispatch
def size(x):
    return 1
# %% b need
@size.register
def _(x: list):
    return len(x) * 10
# %% c need
@size.register(Row)
def _(x):
    return x.a * x.b
# %% d need
m = float(size([1, 2]) + size(Row(4)) + size("x"))
