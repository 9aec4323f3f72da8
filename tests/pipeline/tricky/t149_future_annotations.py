# title: annotations that are only possible with the future import of another cell
# metrics: m
# %% a need
from __future__ import annotations
# %% b need
class Node:
    def __init__(self, value: float, left: Node | None = None):
        self.value, self.left = value, left
    def total(self) -> Tally:
        return self.value + (self.left.total() if self.left else 0)
# %% c drop
print(Node(1).total())
# %% d need
m = float(Node(2, Node(5)).total())
