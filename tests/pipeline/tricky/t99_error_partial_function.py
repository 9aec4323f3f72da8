# title: a function raises half-way; what it did before stays
# metrics: m
# %% a need
done = {}
def fill(items):
    for k, v in items:
        done[k] = 10 / v
# %% b need raises
fill([("a", 2), ("b", 5), ("c", 0), ("d", 1)])
# %% c need
m = float(sum(done.values()))
# %% d drop
later = 1
