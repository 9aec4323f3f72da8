# title: np.random.Generator.spawn and SeedSequence children
# metrics: m
# %% a need
import numpy as np
root = np.random.default_rng(5)
# %% b need
one = root.spawn(1)[0]
# %% c need
two = root.spawn(1)[0]
# %% d drop
np.random.default_rng(1).normal()
# %% e need
m = float(two.normal() + root.normal())
