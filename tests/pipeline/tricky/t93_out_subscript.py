# title: Out[n] and _ several cells later
# metrics: m
# %% a need
[1, 2, 3]
# %% b need
Out[1].append(10)
# %% c drop
"unrelated"
# %% d need
second = Out[1]
# %% e need
m = float(sum(second))
