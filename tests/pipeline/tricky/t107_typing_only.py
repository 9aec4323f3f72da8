# title: typing-only code and protocols
# metrics: m
# %% a need
from __future__ import annotations
from typing import Protocol, TypedDict
# %% b need
class HasArea(Protocol):
    def area(self) -> float: ...
class Row(TypedDict):
    a: int
# %% c drop
Alias = "dict[str, Row]"
# %% d need
class Sq:
    def __init__(self, s: float) -> None:
        self.s: float = s
    def area(self) -> float:
        return self.s ** 2
def total(items: list[HasArea], row: Row) -> float:
    return sum(i.area() for i in items) + row["a"]
# %% e need
m: float = float(total([Sq(2), Sq(3)], {"a": 1}))
