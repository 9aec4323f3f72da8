# title: functools.partial holds a list that changes
# metrics: m
# %% a need
from functools import partial, reduce
import operator  #: drop
bag = [1, 2]
def total(items, extra):
    return sum(items) + extra
# %% b need
t = partial(total, bag)
# %% c need
bag.append(10)
# %% d drop
product = reduce(operator.mul, [1, 2, 3])
# %% e need
m = float(t(extra=1))
