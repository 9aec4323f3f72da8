# title: a second seed makes the first draws irrelevant
# metrics: m
# %% a need
import numpy as np
# %% b drop
np.random.seed(0)
# %% c drop
noise = np.random.normal(size=3)
# %% d need
np.random.seed(1)
# %% e need
w = np.random.normal(size=2)
# %% f need
m = float(w.sum())
