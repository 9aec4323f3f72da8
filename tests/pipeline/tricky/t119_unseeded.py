# title: randomness without a seed can't be repeated
# metrics: m
# refused: seed
# %% a need
import numpy as np
# %% b need
v = np.random.default_rng().random()
# %% c need
m = float(v)
