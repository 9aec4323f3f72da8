# title: print options change nothing that counts
# metrics: m
# %% a need
import numpy as np
# %% b drop
np.set_printoptions(precision=2)
# %% c need
v = np.array([1.23456, 2.0])
# %% d drop
print(v)
# %% e need
m = float(v.sum())
