# title: lru_cache keeps an old result
# metrics: m
# %% a need
from functools import lru_cache
factor = 2
@lru_cache(maxsize=None)
def f(x):
    return x * factor
# %% b need
f(3)
# %% c need
factor = 100
# %% d need
m = float(f(3) + f(4))
