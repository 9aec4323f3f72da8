# title: enum members with attributes
# metrics: m
# %% a need
from enum import Enum, IntFlag
class Kind(Enum):
    LOW = 1
    HIGH = 10
# %% b need
weights = {k: k.value for k in Kind}
# %% c drop
class Other(IntFlag):
    A = 1
# %% d need
weights[Kind.LOW] += 4
# %% e need
m = float(sum(weights.values()))
