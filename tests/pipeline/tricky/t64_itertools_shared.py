# title: tee and zip share one iterator
# metrics: m
# %% a need
import itertools  #: drop
src = iter(range(10))
# %% b need
pairs = zip(src, src)
# %% c need
first = next(pairs)
# %% d need
skip = next(src)
# %% e drop
other = itertools.count()
# %% f need
m = float(sum(a * b for a, b in pairs) + skip)
