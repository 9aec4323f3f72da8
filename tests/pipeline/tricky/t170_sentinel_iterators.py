# title: iter with a sentinel, itertools.count, groupby and islice eaten over cells
# metrics: m
# %% a need
import itertools
ids = itertools.count(10)
source = [3, 1, 4, 1, 5, 9, 2, 6]
pop = iter(source.pop, 1)
# %% b need
first = list(itertools.islice(pop, 2))
# %% c need
next(ids), next(ids)
# %% d drop
len(source)
# %% e need
rest = list(pop)
# %% f need
runs = [(k, len(list(g))) for k, g in itertools.groupby(source)]
# %% g need
m = float(sum(first) + sum(rest) * 10 + next(ids) * 100 + len(runs))
