# title: cached_property and functools.cache with cache_clear between
# metrics: m
# %% a need
import functools
calls = []
class Data:
    def __init__(self, n):
        self.n = n
    @functools.cached_property
    def total(self):
        calls.append(self.n)
        return sum(range(self.n))
@functools.cache
def cost(n):
    return n * rate
rate = 2
# %% b need
data = Data(5)
# %% c need
data.total
# %% d need
data.n = 50
# %% e drop
cost(3)
# %% f need
cost.cache_clear()
rate = 7
# %% g need
a = cost(3)
# %% h drop
rate = 8
# %% i need
m = float(data.total + a + len(calls))
