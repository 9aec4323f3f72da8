# title: chained and starred assignment shares one object
# metrics: m
# %% a need
a = b = []
first, *rest = [3, 4, 5]
# %% b need
a.append(first)
# %% c need
rest += [6]
# %% d drop
c = []
# %% e need
b.extend(rest)
# %% f need
m = float(sum(a))
