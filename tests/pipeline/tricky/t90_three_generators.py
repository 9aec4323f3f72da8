# title: random, numpy's global state and a Generator, each seeded once
# metrics: m
# %% a need
import random
import numpy as np
random.seed(1)
np.random.seed(2)
rng = np.random.default_rng(3)
# %% b need
a = random.random()
# %% c need
b = np.random.rand()
# %% d drop
random.seed(7)
x = random.random()
# %% e drop
y = np.random.default_rng(9).random()
# %% f need
c = rng.random() + np.random.rand()
# %% g need
m = float(a + 10 * b + 100 * c)
