# title: a view outlives the name of its base, which is rebound
# metrics: m
# %% a need
import numpy as np
base = np.zeros(4)
view = base[1:3]
# %% b need
base[2] = 7
# %% c drop
base = np.full(4, 99.0)
# %% d drop
base[1] = 5
# %% e need
m = float(view.sum())
