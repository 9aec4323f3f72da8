# title: in-place shuffle and sort of a shared list
# metrics: m
# %% a need
import random
xs = list(range(6))
ys = xs
# %% b need
random.seed(4)
random.shuffle(xs)
# %% c need
top = ys[:3]
# %% d need
ys.sort(reverse=True)
# %% e drop
zs = sorted(xs)
# %% f need
m = float(sum(v * 10 ** i for i, v in enumerate(top)) + xs[0])
