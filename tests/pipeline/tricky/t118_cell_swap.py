# title: names swapped over cells
# metrics: m
# %% a need
a, b = [1], [2]
# %% b need
a, b = b, a
# %% c need
a.append(10)
# %% d drop
b.append(100)
# %% e need
m = float(sum(a))
